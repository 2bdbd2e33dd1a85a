package main

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// A cluster of one machine: Debian's Slurm with a key, a socket, ports and a
// configuration of its own, on 127.0.0.1. It ends what it started, and nothing else.

// slurmConf is the configuration; what is fixed here is what a machine without systemd,
// without cgroups and without a second host needs.
const slurmConf = `ClusterName=crosscut
SlurmctldHost=%[1]s(127.0.0.1)
SlurmUser=root
SlurmctldPort=%[3]d
SlurmdPort=%[4]d
AuthType=auth/munge
AuthInfo=socket=%[2]s/munge,cred_expire=5
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
StateSaveLocation=%[2]s/state
SlurmdSpoolDir=%[2]s/spool
SlurmctldPidFile=%[2]s/slurmctld.pid
SlurmdPidFile=%[2]s/slurmd.pid
ReturnToService=2
SchedulerParameters=batch_sched_delay=0,sched_interval=1
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
NodeName=%[1]s NodeAddr=127.0.0.1 CPUs=2 RealMemory=1000
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE
`

// cluster is a running one.
type cluster struct {
	t   *testing.T
	dir string
	env []string
}

// startCluster starts munged, slurmctld and slurmd, and sees to it that they end.
func startCluster(t *testing.T) *cluster {
	for _, name := range []string{"munged", "slurmctld", "slurmd", "sbatch", "scontrol"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("%s is not installed (Debian: apt-get install slurmctld slurmd slurm-client munge)", name)
		}
	}
	if os.Getuid() != 0 {
		t.Skip("SlurmUser is root here, and this is not")
	}
	dir, err := os.MkdirTemp("", "cluster") // short: the name of a socket has at most 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	c := &cluster{t: t, dir: dir}
	c.env = append(os.Environ(), "SLURM_CONF="+c.file("slurm.conf"), "PATH="+c.file("bin")+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Cleanup(func() { os.RemoveAll(dir) })
	for _, name := range []string{"state", "spool", "bin"} {
		c.check(os.Mkdir(c.file(name), 0o755))
	}
	c.check(os.Chmod(dir, 0o755)) // munge wants a socket that all may reach
	key := make([]byte, 1024)
	rand.Read(key)
	c.check(os.WriteFile(c.file("key"), key, 0o600))
	host, err := os.Hostname()
	c.check(err)
	host, _, _ = strings.Cut(host, ".")
	c.check(os.WriteFile(c.file("slurm.conf"), fmt.Appendf(nil, slurmConf, host, dir, c.port(), c.port()), 0o644))

	c.start("munged", "--foreground", "--socket="+c.file("munge"), "--key-file="+c.file("key"), "--pid-file="+c.file("munged.pid"),
		"--log-file="+c.file("munged.log"), "--seed-file="+c.file("seed"))
	until(c.t, "munge", func() bool { _, err := os.Stat(c.file("munge")); return err == nil })
	c.start("slurmctld", "-D")
	c.start("slurmd", "-D")
	t.Cleanup(func() { // first: a task outlives the daemon that started it
		c.try("scancel", "--user=root")
		until(c.t, "the last task", func() bool { return c.try("squeue", "--noheader") == "" })
	})
	until(c.t, "the node", func() bool { return strings.Contains(c.try("sinfo", "--noheader"), " idle ") })
	return c
}

func (c *cluster) file(name string) string { return filepath.Join(c.dir, name) }

func (c *cluster) check(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// port is one that is free on 127.0.0.1.
func (c *cluster) port() int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	c.check(err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// start starts a daemon in the foreground, to be ended by its process id.
func (c *cluster) start(name string, args ...string) {
	log, err := os.Create(c.file(name + ".out"))
	c.check(err)
	cmd := exec.Command(name, args...)
	cmd.Env, cmd.Dir, cmd.Stdout, cmd.Stderr = c.env, c.dir, log, log
	c.check(cmd.Start())
	c.t.Cleanup(func() {
		defer log.Close()
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
		if c.t.Failed() {
			text, _ := os.ReadFile(log.Name())
			c.t.Logf("%s:\n%s", name, text)
		}
	})
}

// run runs a command in a folder of the cluster and returns what it printed and its status.
func (c *cluster) run(dir, name string, args ...string) (string, int) {
	cmd := exec.Command(name, args...)
	for _, v := range c.env {
		if p, ok := strings.CutPrefix(v, "PATH="); ok && name == "crosscut" {
			cmd = exec.Command(filepath.Join(filepath.SplitList(p)[0], name), args...)
		}
	}
	cmd.Env, cmd.Dir = c.env, c.file(dir)
	out, err := cmd.CombinedOutput()
	if err != nil && exitCode(err) == 0 {
		c.t.Fatal(err)
	}
	return string(out), exitCode(err)
}

// try is run in the cluster's folder where failing is an answer, too.
func (c *cluster) try(name string, args ...string) string {
	out, _ := c.run("", name, args...)
	return strings.TrimSpace(out)
}

// idle waits until no job is left.
func (c *cluster) idle() {
	c.t.Helper()
	until(c.t, "the queue", func() bool { return c.try("squeue", "--noheader") == "" })
}

// firstLife is crosscut as the nodes see it. In its first life unit 3 is killed as soon
// as it has a state.
const firstLife = `#!/bin/sh
case " $* " in
*" --shard 3/8 "*)
	if mkdir units/killed 2>/dev/null; then
		%[1]s "$@" &
		child=$!
		while [ ! -e units/3.state ]; do sleep 0.01; done
		kill -KILL $child
		wait $child
		rm -f units/3.json
		exit 137
	fi
esac
exec %[1]s "$@"
`

// TestCluster runs the jobs that crosscut jobs prints on a real scheduler, and does to
// their units what happens on clusters. Merging is exact, or says what is missing.
func TestCluster(t *testing.T) {
	if os.Getenv("CROSSCUT_CLUSTER") == "" {
		t.Skip("make cluster runs this, with Slurm")
	}
	c := startCluster(t)
	real, err := exec.LookPath("crosscut")
	c.check(err)
	c.check(os.WriteFile(c.file("bin/crosscut"), fmt.Appendf(nil, firstLife, real), 0o755))
	data, err := os.ReadFile(real)
	c.check(err)
	c.check(os.Mkdir(c.file("other"), 0o755))
	c.check(os.WriteFile(c.file("other/crosscut"), append(data, 0), 0o755))

	for _, work := range []struct {
		dir  string
		line []string
		long bool // long enough to be told to stop halfway
	}{
		{"census", []string{"bounds", "--census", "7", "7"}, true},
		{"validate", []string{"validate", "disj-match3", "--n", "14"}, false},
	} {
		t.Run(work.dir, func(t *testing.T) {
			c.t = t
			c.check(os.Mkdir(c.file(work.dir), 0o755))
			unit := func(name string) string { return c.file(work.dir + "/units/" + name) }
			script, code := c.run(work.dir, "crosscut", append([]string{"jobs", "--for", "slurm", "--units", "8", "--cpus", "1", "--memory", "400MB"}, work.line...)...)
			if code != 0 {
				t.Fatalf("status %d: %s", code, script)
			}
			c.check(os.WriteFile(c.file(work.dir+"/job.sh"), []byte(script), 0o644))
			submit := func(args ...string) string {
				out, code := c.run(work.dir, "sh", append([]string{"job.sh"}, args...)...)
				m := regexp.MustCompile(`array job (\d+)`).FindStringSubmatch(out)
				if code != 0 || m == nil {
					t.Fatalf("status %d: %s", code, out)
				}
				return m[1]
			}
			merge := func(want int, says string) string {
				t.Helper()
				out, code := c.run(work.dir, "crosscut", "merge", "units")
				if code != want || !strings.Contains(out, says) {
					t.Fatalf("merge: status %d, want %d and %q: %s", code, want, says, out)
				}
				return out
			}
			log := func() string { data, _ := os.ReadFile(unit("merge.log")); return string(data) }

			// One task is put back into the queue, one told to stop, one killed.
			id := submit()
			restarted := []string{"1"}
			if work.long {
				until(c.t, "unit 2", func() bool { _, err := os.Stat(unit("2.state")); return err == nil })
				c.try("scancel", "--batch", "--signal=INT", id+"_2") // its status means nothing; see restarts
				if _, err := os.Stat(unit("2.json")); err != nil {
					restarted = append(restarted, "2")
				} else {
					t.Log("unit 2 had ended before it could be told to stop")
				}
			}
			until(c.t, "unit 1", func() bool { _, err := os.Stat(unit("1.state")); return err == nil })
			if out, code := c.run("", "scontrol", "requeue", id+"_1"); code != 0 {
				t.Errorf("requeue: %s", out)
			}
			c.idle()
			jobs := c.try("scontrol", "--oneliner", "show", "job")
			for _, task := range restarted {
				if !regexp.MustCompile(`(?m)^.* ArrayJobId=` + id + ` ArrayTaskId=` + task + ` .* Restarts=1 `).MatchString(jobs) {
					t.Errorf("task %s was not started again:\n%s", task, jobs)
				}
			}
			if _, err := os.Stat(unit("result.txt")); err == nil || !strings.Contains(log(), "1 of 8 units missing: 3") {
				t.Fatalf("the merge of what a killed unit left: %v, %s", err, log())
			}

			// One record is truncated, one is there twice, one is another version's, one is lost.
			whole, err := os.ReadFile(unit("4.json"))
			c.check(err)
			c.check(os.WriteFile(unit("4.json"), whole[:len(whole)*2/3], 0o644))
			whole, err = os.ReadFile(unit("5.json"))
			c.check(err)
			c.check(os.WriteFile(unit("again.json"), whole, 0o644))
			if out, code := c.run(work.dir, c.file("other/crosscut"), append(work.line, "--shard", "6/8", "--out", "units/6.json")...); code != 0 {
				t.Fatalf("the other version: %s", out)
			}
			c.check(os.Remove(unit("7.json")))
			merge(2, "units/4.json: not the record of a unit")
			c.check(os.Remove(unit("4.json")))
			merge(2, "unit 6/8 was counted by version")
			c.check(os.Remove(unit("6.json")))
			missing := regexp.MustCompile(`missing: ([0-9,-]+)`).FindStringSubmatch(merge(1, "4 of 8 units missing: "))
			if missing[1] != "3-4,6-7" {
				t.Errorf("missing: %s", missing[1])
			}

			// The units named are run again, by the name that merge gave them.
			submit(missing[1])
			c.idle()
			got, err := os.ReadFile(unit("result.txt"))
			if err != nil {
				t.Fatalf("%v: %s", err, log())
			}
			if out, code := c.run(work.dir, "crosscut", append(work.line, "--out", "single.txt")...); code != 0 {
				t.Fatalf("status %d: %s", code, out)
			}
			want, err := os.ReadFile(c.file(work.dir + "/single.txt"))
			c.check(err)
			if !bytes.Equal(got, want) {
				t.Errorf("merged:\n%s\nin one run:\n%s", got, want)
			}
		})
	}
}
