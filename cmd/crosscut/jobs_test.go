package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/json"
	"sigs.k8s.io/yaml"
)

// strictJobs decodes YAML documents into the types that Kubernetes publishes, the way
// its server does when asked to be strict: no unknown, repeated or misspelt field.
func strictJobs(text string) ([]*batchv1.Job, error) {
	var jobs []*batchv1.Job
	for _, doc := range strings.Split(text, "\n---\n") {
		data, err := yaml.YAMLToJSONStrict([]byte(doc))
		if err != nil {
			return nil, err
		}
		job := new(batchv1.Job)
		strict, err := json.UnmarshalStrict(data, job)
		if err := errors.Join(append(strict, err)...); err != nil {
			return nil, err
		}
		if job.APIVersion != "batch/v1" || job.Kind != "Job" {
			return nil, fmt.Errorf("%s %s is no Job", job.APIVersion, job.Kind)
		}
		jobs = append(jobs, job)
	}
	return jobs, nil
}

// afterExit is what the documentation of podFailurePolicy says happens to an index
// whose container exits with a status: the first rule that matches decides, and none
// means another try.
func afterExit(p *batchv1.PodFailurePolicy, status int32) batchv1.PodFailurePolicyAction {
	for _, rule := range p.Rules {
		if on := rule.OnExitCodes; on != nil && slices.Contains(on.Values, status) == (on.Operator == batchv1.PodFailurePolicyOnExitCodesOpIn) {
			return rule.Action
		}
	}
	return batchv1.PodFailurePolicyActionCount
}

// TestKubernetesJob: the printed job is one by the published types, runs every unit, and
// gives up an index for good on exit statuses 2 and 3 alone.
func TestKubernetesJob(t *testing.T) {
	var out, errs strings.Builder
	args := []string{"jobs", "--for", "kubernetes", "--units", "12", "--cpus", "3", "--memory", "2GB", "--image", `re/po:"1"`,
		"validate", "--file", "it's $(HOME) $x.star", "--n", "6"}
	if code := perform(context.Background(), &out, &errs, args); code != 0 {
		t.Fatalf("status %d: %s", code, errs.String())
	}
	jobs, err := strictJobs(out.String())
	if err != nil || len(jobs) != 2 {
		t.Fatalf("%d jobs: %v\n%s", len(jobs), err, out.String())
	}
	work, merge := jobs[0].Spec, jobs[1].Spec
	if *work.CompletionMode != batchv1.IndexedCompletion || *work.Completions != 12 || *work.BackoffLimitPerIndex < 1 || *work.MaxFailedIndexes != 12 || work.BackoffLimit != nil {
		t.Errorf("the units: %+v", work)
	}
	for status := int32(1); status < 256; status++ {
		want := batchv1.PodFailurePolicyActionCount
		if status == 2 || status == 3 {
			want = batchv1.PodFailurePolicyActionFailIndex
		}
		if got := afterExit(work.PodFailurePolicy, status); got != want {
			t.Errorf("exit status %d: %s, want %s", status, got, want)
		}
	}
	disruption := slices.ContainsFunc(work.PodFailurePolicy.Rules, func(r batchv1.PodFailurePolicyRule) bool {
		return r.Action == batchv1.PodFailurePolicyActionIgnore && len(r.OnPodConditions) == 1 &&
			r.OnPodConditions[0] == batchv1.PodFailurePolicyOnPodConditionsPattern{Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue}
	})
	if !disruption {
		t.Error("a node that is taken away counts as a failure")
	}
	if !*merge.Suspend || merge.CompletionMode != nil {
		t.Errorf("the merge does not wait: %+v", merge)
	}
	for _, spec := range []batchv1.JobSpec{work, merge} {
		pod := spec.Template.Spec
		if pod.RestartPolicy != corev1.RestartPolicyNever || len(pod.Containers) != 1 || pod.Containers[0].Image != `re/po:"1"` ||
			pod.Containers[0].WorkingDir != pod.Containers[0].VolumeMounts[0].MountPath || pod.Volumes[0].Name != pod.Containers[0].VolumeMounts[0].Name {
			t.Errorf("the pod: %+v", pod)
		}
	}
	box := work.Template.Spec.Containers[0]
	if box.Resources.Requests.Cpu().Value() != 3 || box.Resources.Limits.Memory().Value() != 1907<<20 {
		t.Errorf("resources: %+v", box.Resources)
	}
	// Kubernetes turns $$( into $( before the shell sees it, and $(HOME) into its value.
	if want := `--file 'it'\''s $$(HOME) $x.star'`; !strings.Contains(box.Args[0], want) {
		t.Errorf("%s does not hold %s", box.Args[0], want)
	}
	for old, new := range map[string]string{
		"completions: 12":         "completion: 12",
		"completionMode: Indexed": "completionmode: Indexed",
		"restartPolicy: Never":    "restartPolicy: Never\n      restartPolicy: Always",
		"values: [2, 3]":          `values: ["2", 3]`,
		"kind: Job":               "kind: CronJob",
	} {
		bad := strings.Replace(out.String(), old, new, 1)
		if _, err := strictJobs(bad); bad == out.String() || err == nil {
			t.Errorf("%s in place of %s was accepted", new, old)
		}
	}
}

// TestLineBreakInAJob: a file whose name holds a line break would be a command of its own in the script.
func TestLineBreakInAJob(t *testing.T) {
	if code, out, errs := crosscut("jobs", "--for", "kubernetes", "validate", "--file", "a\nrm b #.star", "--n", "3"); code != 2 || out != "" || !strings.Contains(errs, "holds a line break") {
		t.Errorf("status %d: %s%s", code, out, errs)
	}
}
