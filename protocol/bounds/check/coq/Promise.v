(* Promise problems: a matrix with open entries, where every answer is right (Kushilevitz
   and Nisan, section 4.5 for one way). A protocol for it is one for the total function
   that it computes, which agrees with the matrix where that is defined; so evidence that
   looks at defined entries alone speaks of every such function. Without axioms. *)

From Coq Require Import Arith List Bool Lia.
Require Import Protocol Evidence.
Import ListNotations.

Definition open_entry (m : list (list (option nat))) (x y : nat) : option nat := nth y (nth x m []) None.

Section Promise.
Variables (m : nat -> nat -> option nat) (rows cols : nat).

Definition keeps (g : nat -> nat -> nat) := forall x y v, In x (seq 0 rows) -> In y (seq 0 cols) -> m x y = Some v -> g x y = v.

(* D of the promise problem. *)
Definition D_promise (d : nat) := (exists t, keeps (answer t) /\ depth t = d) /\ forall t, keeps (answer t) -> d <= depth t.

(* The matrix, its open entries filled with what a protocol answers. *)
Definition filled (g : nat -> nat -> nat) (x y : nat) := match m x y with Some v => v | None => g x y end.

Lemma filled_computes : forall t, keeps (answer t) -> computes (filled (answer t)) (seq 0 rows) (seq 0 cols) t.
Proof.
  intros t K x y Ix Iy; unfold filled; destruct (m x y) as [v |] eqn:E; auto.
Qed.

Definition keeps_tree (t : tree) : bool :=
  forallb (fun x => forallb (fun y => match m x y with Some v => answer t x y =? v | None => true end) (seq 0 cols)) (seq 0 rows).

Lemma keeps_tree_keeps : forall t, keeps_tree t = true -> keeps (answer t).
Proof.
  intros t H x y v Ix Iy E; unfold keeps_tree in H; rewrite forallb_forall in H; specialize (H x Ix).
  rewrite forallb_forall in H; specialize (H y Iy); rewrite E in H; apply Nat.eqb_eq, H.
Qed.

(* ---- Evidence that looks at defined entries alone. ---- *)

Definition is_v (v x y : nat) : bool := match m x y with Some w => w =? v | None => false end.
Definition is_other (v x y : nat) : bool := match m x y with Some w => negb (w =? v) | None => false end.

Fixpoint fools (v : nat) (lines across : list nat) (s : list (nat * nat)) : bool :=
  match s with
  | [] => true
  | e :: s' => inside lines across e && is_v v (fst e) (snd e) &&
      forallb (fun e' => is_other v (fst e) (snd e') || is_other v (fst e') (snd e)) s' && fools v lines across s'
  end.

Definition clear (lines across : list nat) (p : nat * part_evidence) : bool :=
  match snd p with Fooling s => fools (fst p) lines across s | Minor _ _ _ _ => false end.

Lemma filled_v : forall g v x y, is_v v x y = true -> filled g x y = v.
Proof. intros g v x y H; unfold is_v, filled in *; destruct (m x y); [apply Nat.eqb_eq, H | discriminate]. Qed.

Lemma filled_other : forall g v x y, is_other v x y = true -> filled g x y =? v = false.
Proof. intros g v x y H; unfold is_other, filled in *; destruct (m x y); [apply negb_true_iff, H | discriminate]. Qed.

Lemma fools_of : forall v lines across s e, fools v lines across s = true -> In e s -> is_v v (fst e) (snd e) = true.
Proof.
  induction s as [| a s IH]; simpl; intros e H I; [contradiction |].
  apply andb_prop in H; destruct H as [H H']; apply andb_prop in H; destruct H as [H _]; apply andb_prop in H; destruct H.
  destruct I as [E | I]; subst; auto.
Qed.

Lemma clear_shows : forall g lines across p, clear lines across p = true -> shows (filled g) lines across p = true.
Proof.
  intros g lines across [v [s | mr mc c i]] H; unfold clear, shows in *; simpl in *; [| discriminate].
  apply andb_true_intro; split.
  - induction s as [| e s IH]; simpl in *; auto.
    apply andb_prop in H; destruct H as [H H']; apply andb_prop in H; destruct H as [H A]; apply andb_prop in H; destruct H as [I V].
    rewrite I, IH by auto; rewrite andb_true_r; simpl.
    rewrite forallb_forall in *; intros e' J; specialize (A e' J).
    assert (V' := fools_of _ _ _ _ _ H' J).
    unfold apart; rewrite (filled_v g v _ _ V), (filled_v g v _ _ V').
    apply orb_prop in A; destruct A as [A | A]; rewrite (filled_other g v _ _ A); simpl; rewrite ?orb_true_r; auto.
  - unfold of_v; apply forallb_forall; intros e J; apply Nat.eqb_eq, filled_v, (fools_of _ _ _ _ _ H J).
Qed.

Theorem promise_by_leaves : forall t ps d, keeps_tree t = true -> depth t = S d -> once (map fst ps) = true ->
  forallb (clear (seq 0 rows) (seq 0 cols)) ps = true -> 2 ^ d < sizes ps -> D_promise (S d).
Proof.
  intros t ps d R E O H L; split.
  - exists t; split; auto using keeps_tree_keeps.
  - intros u K. assert (B : sizes ps <= 2 ^ depth u).
    { apply (leaves_bound (filled (answer u)) (seq 0 rows) (seq 0 cols)); auto using filled_computes.
      rewrite forallb_forall in *; intros p I; apply clear_shows; auto. }
    destruct (le_lt_dec (S d) (depth u)) as [G | G]; auto.
    assert (2 ^ depth u <= 2 ^ d) by (apply Nat.pow_le_mono_r; lia); lia.
Qed.

Theorem promise_refuted : forall t d todo last, keeps_tree t = true -> depth t = S d -> refutes clear [] (todo ++ [last]) = true ->
  (bits last =? d) && within (of_rows last) (seq 0 rows) && within (of_cols last) (seq 0 cols) = true -> D_promise (S d).
Proof.
  intros t d todo last R E H W; split.
  - exists t; split; auto using keeps_tree_keeps.
  - intros u K. apply (refuted_depth (filled (answer u)) clear) with (todo := todo) (last := last) (rows := rows) (cols := cols);
      auto using filled_computes, clear_shows.
Qed.

Theorem promise_constant : forall v, keeps_tree (Leaf v) = true -> D_promise 0.
Proof. intros v R; split; [exists (Leaf v); split; auto using keeps_tree_keeps | lia]. Qed.

(* ---- One way: rows that clash, at an entry that both define, cannot share a message. ---- *)

Definition one_way_promise (messages : nat) := exists (message : nat -> nat) (reply : nat -> nat -> nat),
  (forall x, In x (seq 0 rows) -> message x < messages) /\ keeps (fun x y => reply (message x) y).

Definition clash (x x' : nat) : bool :=
  existsb (fun y => match m x y, m x' y with Some v, Some w => negb (v =? w) | _, _ => false end) (seq 0 cols).

Fixpoint all_clash (l : list nat) : bool :=
  match l with [] => true | x :: l' => member x (seq 0 rows) && forallb (clash x) l' && all_clash l' end.

Lemma all_clash_in : forall l, all_clash l = true -> forall x, In x l -> In x (seq 0 rows).
Proof.
  induction l as [| a l IH]; simpl; intros H x I; [contradiction |].
  apply andb_prop in H; destruct H as [H H2]; apply andb_prop in H; destruct H as [H0 H1].
  destruct I as [E | I]; subst; auto; apply member_in; auto.
Qed.

Theorem clash_bound : forall l k, all_clash l = true -> one_way_promise k -> length l <= k.
Proof.
  intros l k H [message [reply [P K]]].
  rewrite <- (map_length message l), <- (seq_length k 0).
  apply NoDup_incl_length.
  - induction l as [| x l IH]; simpl in *; constructor; assert (H' := H); apply andb_prop in H; destruct H as [H H2];
      apply andb_prop in H; destruct H as [H0 H1]; auto.
    rewrite in_map_iff; intros [z [E I]].
    rewrite forallb_forall in H1; specialize (H1 z I); unfold clash in H1.
    apply existsb_exists in H1; destruct H1 as [y [Iy N]].
    assert (Ix : In x (seq 0 rows)) by (apply member_in; auto).
    assert (Iz : In z (seq 0 rows)) by (apply (all_clash_in l); auto).
    destruct (m x y) as [v |] eqn:V; [| discriminate]; destruct (m z y) as [w |] eqn:W; [| discriminate].
    assert (A := K x y v Ix Iy V); assert (B := K z y w Iz Iy W); simpl in *.
    rewrite E in B; rewrite A in B; subst w; rewrite Nat.eqb_refl in N; discriminate.
  - intros n I; apply in_map_iff in I; destruct I as [x [E I]]; subst.
    apply in_seq; assert (message x < k) by (apply P, (all_clash_in l); auto); lia.
Qed.
End Promise.

Print Assumptions promise_by_leaves.
Print Assumptions promise_refuted.
Print Assumptions clash_bound.
