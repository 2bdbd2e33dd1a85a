(* Two-party deterministic protocols, after Kushilevitz and Nisan, Communication
   Complexity (1997), sections 1.1 to 1.3: a protocol tree, its depth, and the
   fooling set method, proved without axioms; then D(EQ_4) = D(DISJ_4) = 5.
   `make coq` compiles this file. *)

From Coq Require Import Arith List Bool Lia.
Import ListNotations.

(* A protocol tree (definition 1.1). At an inner node one player sends a bit that
   is a function of that player's input; a leaf is labelled with the answer. *)
Inductive tree :=
| Leaf (v : nat)
| Alice (bit : nat -> bool) (zero one : tree)
| Bob (bit : nat -> bool) (zero one : tree).

Fixpoint answer (t : tree) (x y : nat) : nat :=
  match t with
  | Leaf v => v
  | Alice b t0 t1 => if b x then answer t1 x y else answer t0 x y
  | Bob b t0 t1 => if b y then answer t1 x y else answer t0 x y
  end.

Fixpoint depth (t : tree) : nat :=
  match t with
  | Leaf _ => 0
  | Alice _ t0 t1 | Bob _ t0 t1 => S (Nat.max (depth t0) (depth t1))
  end.

(* The bits that are sent on an input: the path to its leaf. *)
Fixpoint transcript (t : tree) (x y : nat) : list bool :=
  match t with
  | Leaf _ => []
  | Alice b t0 t1 => if b x then true :: transcript t1 x y else false :: transcript t0 x y
  | Bob b t0 t1 => if b y then true :: transcript t1 x y else false :: transcript t0 x y
  end.

(* The paths to all leaves. *)
Fixpoint leaves (t : tree) : list (list bool) :=
  match t with
  | Leaf _ => [[]]
  | Alice _ t0 t1 | Bob _ t0 t1 => map (cons false) (leaves t0) ++ map (cons true) (leaves t1)
  end.

Lemma transcript_is_leaf : forall t x y, In (transcript t x y) (leaves t).
Proof.
  induction t; intros x y; simpl; auto;
    apply in_or_app; match goal with |- context [if ?c then _ else _] => destruct c end;
    [right | left | right | left]; apply in_map; auto.
Qed.

Lemma leaves_at_most : forall t, length (leaves t) <= 2 ^ depth t.
Proof.
  induction t; simpl; auto;
    rewrite app_length, !map_length;
    assert (2 ^ depth t1 <= 2 ^ Nat.max (depth t1) (depth t2)) by (apply Nat.pow_le_mono_r; lia);
    assert (2 ^ depth t2 <= 2 ^ Nat.max (depth t1) (depth t2)) by (apply Nat.pow_le_mono_r; lia);
    lia.
Qed.

(* The inputs that reach a leaf are a rectangle (proposition 1.14): two inputs with
   one transcript have it in both crossed inputs too. *)
Lemma rectangle : forall t x y x' y',
  transcript t x y = transcript t x' y' -> transcript t x y' = transcript t x y.
Proof.
  induction t as [v | b t0 IH0 t1 IH1 | b t0 IH0 t1 IH1]; intros x y x' y' H; simpl in *; auto.
  - destruct (b x), (b x'); inversion H; f_equal; eauto.
  - destruct (b y), (b y'); inversion H; f_equal; eauto.
Qed.

Lemma one_answer : forall t x y x' y',
  transcript t x y = transcript t x' y' -> answer t x y = answer t x' y'.
Proof.
  induction t as [v | b t0 IH0 t1 IH1 | b t0 IH0 t1 IH1]; intros x y x' y' H; simpl in *; auto.
  - destruct (b x), (b x'); inversion H; eauto.
  - destruct (b y), (b y'); inversion H; eauto.
Qed.

(* A part of a matrix f: rows and columns that are listed. *)
Section Part.
Variables (f : nat -> nat -> nat) (rows cols : list nat).

Definition computes (t : tree) := forall x y, In x rows -> In y cols -> answer t x y = f x y.

Definition member (x : nat) (l : list nat) : bool := existsb (Nat.eqb x) l.

Lemma member_in : forall x l, member x l = true <-> In x l.
Proof.
  intros x l; unfold member; rewrite existsb_exists; split.
  - intros [z [I E]]; apply Nat.eqb_eq in E; subst; auto.
  - intros I; exists x; split; auto; apply Nat.eqb_refl.
Qed.

(* Entries no two of which can reach one leaf: their values differ, or a crossed
   entry has another value (definition 1.19, for all values at once). *)
Definition apart (e e' : nat * nat) : bool :=
  negb (f (fst e) (snd e) =? f (fst e') (snd e')) ||
  negb (f (fst e) (snd e') =? f (fst e) (snd e)) ||
  negb (f (fst e') (snd e) =? f (fst e) (snd e)).

Definition inside (e : nat * nat) : bool := member (fst e) rows && member (snd e) cols.

Fixpoint fooling (s : list (nat * nat)) : bool :=
  match s with
  | [] => true
  | e :: s' => inside e && forallb (apart e) s' && fooling s'
  end.

Lemma fooling_inside : forall s, fooling s = true -> forall e, In e s -> inside e = true.
Proof.
  induction s as [| a s IH]; simpl; intros H e E; [contradiction |].
  apply andb_prop in H; destruct H as [H1 H2]; apply andb_prop in H1; destruct H1.
  destruct E as [E | E]; subst; auto.
Qed.

Lemma apart_transcripts : forall t e e', computes t -> inside e = true -> inside e' = true ->
  apart e e' = true -> transcript t (fst e) (snd e) <> transcript t (fst e') (snd e').
Proof.
  intros t [x y] [x' y'] C I I' A H; unfold inside, apart in *; simpl in *.
  apply andb_prop in I; destruct I as [Ix Iy]; apply andb_prop in I'; destruct I' as [Ix' Iy'].
  apply member_in in Ix, Iy, Ix', Iy'.
  assert (E1 : f x y = f x' y') by (rewrite <- !C by auto; apply one_answer; auto).
  assert (E2 : f x y' = f x y).
  { rewrite <- !C by auto; apply one_answer. eapply rectangle; eauto. }
  assert (E3 : f x' y = f x' y').
  { rewrite <- !C by auto; apply one_answer. eapply rectangle; eauto. }
  rewrite E2, E3, E1, !Nat.eqb_refl in A. discriminate.
Qed.

Lemma different_transcripts : forall t s, computes t -> fooling s = true ->
  NoDup (map (fun e => transcript t (fst e) (snd e)) s).
Proof.
  intros t s C; induction s as [| e s IH]; simpl; intros H; constructor;
    apply andb_prop in H; destruct H as [H1 H2]; apply andb_prop in H1; destruct H1 as [I A]; auto.
  rewrite in_map_iff. intros [e' [E In']].
  rewrite forallb_forall in A.
  apply (apart_transcripts t e e' C I (fooling_inside s H2 e' In') (A e' In')); auto.
Qed.

(* The fooling set method (lemma 1.20). *)
Theorem fooling_bound : forall t s, computes t -> fooling s = true -> length s <= 2 ^ depth t.
Proof.
  intros t s C H.
  apply Nat.le_trans with (length (leaves t)); [| apply leaves_at_most].
  rewrite <- (map_length (fun e => transcript t (fst e) (snd e)) s).
  apply NoDup_incl_length; [apply different_transcripts; auto |].
  intros p Hp; apply in_map_iff in Hp; destruct Hp as [e [E _]]; subst; apply transcript_is_leaf.
Qed.

(* That a tree is right is a computation. *)
Definition right (t : tree) : bool :=
  forallb (fun x => forallb (fun y => answer t x y =? f x y) cols) rows.

Lemma right_computes : forall t, right t = true -> computes t.
Proof.
  intros t H x y Hx Hy; unfold right in H; rewrite forallb_forall in H.
  specialize (H x Hx); rewrite forallb_forall in H; apply Nat.eqb_eq, H, Hy.
Qed.
End Part.

(* D(f) = d: a tree of that depth computes f, and none that is shallower does. *)
Definition D (f : nat -> nat -> nat) (rows cols d : nat) :=
  (exists t, computes f (seq 0 rows) (seq 0 cols) t /\ depth t = d) /\
  forall t, computes f (seq 0 rows) (seq 0 cols) t -> d <= depth t.

Theorem certified : forall f rows cols t s d,
  right f (seq 0 rows) (seq 0 cols) t = true -> depth t = S d ->
  fooling f (seq 0 rows) (seq 0 cols) s = true -> 2 ^ d < length s -> D f rows cols (S d).
Proof.
  intros f rows cols t s d R E F L; split.
  - exists t; split; auto using right_computes.
  - intros u C. assert (B := fooling_bound _ _ _ u s C F).
    destruct (le_lt_dec (S d) (depth u)) as [G | G]; auto.
    assert (2 ^ depth u <= 2 ^ d) by (apply Nat.pow_le_mono_r; lia); lia.
Qed.

(* Alice sends her bits from the last on; then Bob sends f. *)
Fixpoint send (f : nat -> nat -> nat) (bits x : nat) : tree :=
  match bits with
  | 0 => Bob (fun y => f x y =? 1) (Leaf 0) (Leaf 1)
  | S b => Alice (fun a => Nat.testbit a b) (send f b x) (send f b (x + 2 ^ b))
  end.

Definition eq (x y : nat) := if x =? y then 1 else 0.
Definition disj (x y : nat) := if Nat.land x y =? 0 then 0 else 1.

Theorem D_EQ_4 : D eq 16 16 5.
Proof.
  apply (certified eq 16 16 (send eq 4 0) ((0, 1) :: map (fun i => (i, i)) (seq 0 16)) 4);
    try (vm_compute; reflexivity); simpl; lia.
Qed.

Theorem D_DISJ_4 : D disj 16 16 5.
Proof.
  apply (certified disj 16 16 (send disj 4 0) ((15, 15) :: map (fun i => (i, 15 - i)) (seq 0 16)) 4);
    try (vm_compute; reflexivity); simpl; lia.
Qed.

Print Assumptions D_EQ_4.
Print Assumptions D_DISJ_4.
