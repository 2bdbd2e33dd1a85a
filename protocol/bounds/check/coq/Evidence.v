(* What evidence of certificates proves, after Kushilevitz and Nisan, Communication
   Complexity (1997): one-way protocols and different rows (section 4.2), rectangles,
   covers and partitions (1.2, 2.1), the rank method (1.4), and refutations of
   shallow trees by lemmas about parts (docs/certificates.md). Without axioms. *)

From Coq Require Import Arith List Bool Lia ZArith.
Require Import Protocol.
Import ListNotations.

(* A matrix as a list of rows. *)
Definition entry (m : list (list nat)) (x y : nat) : nat := nth y (nth x m []) 0.

Section Matrix.
Variables (f : nat -> nat -> nat) (rows cols : list nat).

(* ---- One-way protocols: Alice sends one of so many messages, Bob answers. ---- *)

Definition one_way (messages : nat) :=
  exists (message : nat -> nat) (reply : nat -> nat -> nat),
    forall x y, In x rows -> In y cols -> message x < messages /\ reply (message x) y = f x y.

Definition differ (x x' : nat) : bool := existsb (fun y => negb (f x y =? f x' y)) cols.

Fixpoint all_differ (l : list nat) : bool :=
  match l with
  | [] => true
  | x :: l' => member x rows && forallb (differ x) l' && all_differ l'
  end.

Lemma all_differ_in : forall l, all_differ l = true -> forall x, In x l -> In x rows.
Proof.
  induction l as [| a l IH]; simpl; intros H x I; [contradiction |].
  apply andb_prop in H; destruct H as [H H2]; apply andb_prop in H; destruct H as [H0 H1].
  destruct I as [E | I]; subst; auto; apply member_in; auto.
Qed.

Theorem apart_bound : forall l k, cols <> [] -> all_differ l = true -> one_way k -> length l <= k.
Proof.
  intros l k C H [message [reply P]].
  rewrite <- (map_length message l), <- (seq_length k 0).
  assert (M : forall x, In x l -> message x < k).
  { intros x I; destruct cols as [| y c]; [congruence |].
    apply (P x y); simpl; auto; apply (all_differ_in l); auto. }
  apply NoDup_incl_length.
  - clear M; induction l as [| x l IH]; simpl in *; constructor;
      assert (H' := H); apply andb_prop in H; destruct H as [H H2];
      apply andb_prop in H; destruct H as [H0 H1]; auto.
    rewrite in_map_iff; intros [z [E I]].
    rewrite forallb_forall in H1; specialize (H1 z I); unfold differ in H1.
    apply existsb_exists in H1; destruct H1 as [y [Iy N]].
    assert (Ix : In x rows) by (apply member_in; auto).
    assert (Iz : In z rows) by (apply (all_differ_in l); auto).
    destruct (P x y Ix Iy) as [_ P1]; destruct (P z y Iz Iy) as [_ P2].
    rewrite E in P2; rewrite P1 in P2; rewrite P2, Nat.eqb_refl in N; discriminate.
  - intros m I; apply in_map_iff in I; destruct I as [x [E I]]; subst.
    apply in_seq; specialize (M x I); lia.
Qed.

(* ---- Rectangles, covers and partitions of a value. ---- *)

Variable v : nat.
Definition rect := (list nat * list nat)%type.
Definition holds (r : rect) (x y : nat) : bool := member x (fst r) && member y (snd r).

(* Only v inside. *)
Definition pure (r : rect) := forall x y, holds r x y = true -> In x rows -> In y cols -> f x y = v.

Definition pureb (r : rect) : bool :=
  forallb (fun x => forallb (fun y => negb (member x rows && member y cols) || (f x y =? v)) (snd r)) (fst r).

Lemma pureb_pure : forall r, pureb r = true -> pure r.
Proof.
  intros r H x y E Ix Iy; unfold pureb, holds in *; apply andb_prop in E; destruct E as [E1 E2].
  apply member_in in E1, E2; rewrite forallb_forall in H; specialize (H x E1); rewrite forallb_forall in H.
  specialize (H y E2). apply (proj2 (member_in x rows)) in Ix. apply (proj2 (member_in y cols)) in Iy.
  rewrite Ix, Iy in H; simpl in H; apply Nat.eqb_eq; auto.
Qed.

(* A rectangle of v with so many entries, lines counted once: the evidence is itself. *)
Definition large (n : nat) := exists r, pure r /\ NoDup (fst r) /\ NoDup (snd r) /\
  incl (fst r) rows /\ incl (snd r) cols /\ length (fst r) * length (snd r) = n.

Fixpoint once (l : list nat) : bool :=
  match l with [] => true | x :: l' => negb (member x l') && once l' end.

Lemma once_nodup : forall l, once l = true -> NoDup l.
Proof.
  induction l as [| x l IH]; simpl; intros H; constructor; apply andb_prop in H; destruct H as [H H']; auto.
  intros I; apply member_in in I; rewrite I in H; discriminate.
Qed.

Definition within (l : list nat) (of : list nat) : bool := forallb (fun x => member x of) l.

Lemma within_incl : forall l of, within l of = true -> incl l of.
Proof. intros l of H x I; unfold within in H; rewrite forallb_forall in H; apply member_in; auto. Qed.

Theorem rectangle_size : forall r, pureb r && once (fst r) && once (snd r) && within (fst r) rows && within (snd r) cols = true ->
  large (length (fst r) * length (snd r)).
Proof.
  intros r H. repeat (apply andb_prop in H; destruct H as [H ?]).
  exists r; auto 10 using pureb_pure, once_nodup, within_incl.
Qed.

Definition times (rs : list rect) (x y : nat) : nat := length (filter (fun r => holds r x y) rs).

Definition covers (rs : list rect) := Forall pure rs /\
  forall x y, In x rows -> In y cols -> f x y = v -> 1 <= times rs x y.
Definition partitions (rs : list rect) := Forall pure rs /\
  forall x y, In x rows -> In y cols -> f x y = v -> times rs x y = 1.

Definition checked (good : nat -> bool) (rs : list rect) : bool :=
  forallb pureb rs && forallb (fun x => forallb (fun y => negb (f x y =? v) || good (times rs x y)) cols) rows.

Lemma checked_times : forall good rs, checked good rs = true -> Forall pure rs /\
  forall x y, In x rows -> In y cols -> f x y = v -> good (times rs x y) = true.
Proof.
  intros good rs H; apply andb_prop in H; destruct H as [P H]; split.
  - apply Forall_forall; intros r I; rewrite forallb_forall in P; apply pureb_pure; auto.
  - intros x y Ix Iy E; rewrite forallb_forall in H; specialize (H x Ix); rewrite forallb_forall in H.
    specialize (H y Iy); rewrite E, Nat.eqb_refl in H; auto.
Qed.

Theorem cover_checked : forall rs, checked (Nat.leb 1) rs = true -> covers rs.
Proof.
  intros rs H; destruct (checked_times _ _ H) as [P C]; split; auto.
  intros; apply Nat.leb_le; auto.
Qed.

Theorem partition_checked : forall rs, checked (Nat.eqb 1) rs = true -> partitions rs.
Proof.
  intros rs H; destruct (checked_times _ _ H) as [P C]; split; auto.
  intros; symmetry; apply Nat.eqb_eq; auto.
Qed.

Lemma partition_covers : forall rs, partitions rs -> covers rs.
Proof. intros rs [P H]; split; auto; intros; rewrite H; auto. Qed.

(* A fooling set of v: no two of its entries in one rectangle. *)
Definition of_v (s : list (nat * nat)) : bool := forallb (fun e => f (fst e) (snd e) =? v) s.

Theorem fooling_cover : forall s rs, fooling f rows cols s = true -> of_v s = true -> covers rs -> length s <= length rs.
Proof.
  intros s rs; revert s.
  (* Entry e is in some rectangle, which holds no other entry of s: take both away. *)
  assert (G : forall n rs s, length rs = n -> Forall pure rs ->
    fooling f rows cols s = true -> of_v s = true ->
    (forall e, In e s -> exists r, In r rs /\ holds r (fst e) (snd e) = true) -> length s <= length rs).
  { clear rs; induction n as [| n IH]; intros rs s L P F V C.
    - destruct s as [| e s]; simpl; [lia |]. destruct (C e (or_introl eq_refl)) as [r [I _]].
      destruct rs; [contradiction | discriminate].
    - destruct s as [| e s]; simpl; [lia |].
      destruct (C e (or_introl eq_refl)) as [r [I E]].
      destruct (in_split _ _ I) as [r1 [r2 Hr]]; subst rs.
      rewrite app_length in L; simpl in L.
      assert (P' : Forall pure (r1 ++ r2)).
      { apply Forall_app in P; destruct P as [P1 P2]; inversion P2; apply Forall_app; auto. }
      assert (Pr : pure r) by (rewrite Forall_forall in P; auto).
      simpl in F; apply andb_prop in F; destruct F as [F F2]; apply andb_prop in F; destruct F as [F0 F1].
      simpl in V; apply andb_prop in V; destruct V as [V0 V1].
      assert (Q : length s <= length (r1 ++ r2)).
      { apply IH; auto; [rewrite app_length; lia |].
        intros e' I'. destruct (C e' (or_intror I')) as [r' [J E']].
        apply in_app_or in J; destruct J as [J | [J | J]]; try (exists r'; split; auto; apply in_or_app; auto; fail).
        exfalso; subst r'. rewrite forallb_forall in F1; specialize (F1 e' I').
        assert (N := fooling_inside _ _ _ _ F2 e' I').
        unfold inside in *; apply andb_prop in F0; destruct F0 as [X Y]; apply andb_prop in N; destruct N as [X' Y'].
        apply member_in in X, Y, X', Y'.
        unfold holds in *; apply andb_prop in E; destruct E as [E1 E2]; apply andb_prop in E'; destruct E' as [E1' E2'].
        assert (A : f (fst e) (snd e) = v) by (apply Pr; unfold holds; auto; rewrite E1, E2; auto).
        assert (A' : f (fst e') (snd e') = v) by (apply Pr; unfold holds; auto; rewrite E1', E2'; auto).
        assert (B : f (fst e) (snd e') = v) by (apply Pr; unfold holds; auto; rewrite E1, E2'; auto).
        assert (B' : f (fst e') (snd e) = v) by (apply Pr; unfold holds; auto; rewrite E1', E2; auto).
        unfold apart in F1; rewrite A, A', B, B', Nat.eqb_refl in F1; discriminate. }
      rewrite app_length in *; simpl; lia. }
  intros s F V [P C]; apply (G (length rs)); auto.
  intros e I. assert (N := fooling_inside _ _ _ _ F e I).
  unfold inside in N; apply andb_prop in N; destruct N as [X Y]; apply member_in in X, Y.
  unfold of_v in V; rewrite forallb_forall in V; specialize (V e I); apply Nat.eqb_eq in V.
  specialize (C _ _ X Y V); unfold times in C.
  destruct (filter (fun r => holds r (fst e) (snd e)) rs) as [| r l] eqn:E; simpl in C; [lia |].
  exists r; apply (proj1 (filter_In (fun q => holds q (fst e) (snd e)) r rs)); rewrite E; simpl; auto.
Qed.

(* ---- The rank method: a partition into k rectangles is a sum of k matrices of rank 1. ---- *)

Open Scope Z_scope.

Fixpoint sum (l : list nat) (g : nat -> Z) : Z :=
  match l with [] => 0 | j :: l' => g j + sum l' g end.

Lemma sum_ext : forall l g h, (forall j, In j l -> g j = h j) -> sum l g = sum l h.
Proof. induction l; simpl; intros; auto; rewrite H, (IHl g h); auto. Qed.
Lemma sum_app : forall l l' g, sum (l ++ l') g = sum l g + sum l' g.
Proof. induction l; simpl; intros; auto; rewrite IHl; lia. Qed.
Lemma sum_plus : forall l g h, sum l (fun j => g j + h j) = sum l g + sum l h.
Proof. induction l; simpl; intros; auto; rewrite IHl; lia. Qed.
Lemma sum_times : forall l c g, sum l (fun j => c * g j) = c * sum l g.
Proof. induction l; simpl; intros; [lia | rewrite IHl; lia]. Qed.
Lemma sum_zero : forall l, sum l (fun _ => 0) = 0.
Proof. induction l; simpl; auto. Qed.
Lemma sum_swap : forall l l' g, sum l (fun i => sum l' (g i)) = sum l' (fun j => sum l (fun i => g i j)).
Proof. induction l; simpl; intros; [rewrite sum_zero; auto | rewrite IHl, sum_plus; auto]. Qed.

(* More unknowns than homogeneous equations: a solution that is not 0. *)
Lemma kernel : forall k (a : nat -> nat -> Z) (l : list nat), NoDup l -> (k < length l)%nat ->
  exists x, (exists j, In j l /\ x j <> 0) /\ forall q, (q < k)%nat -> sum l (fun j => a q j * x j) = 0.
Proof.
  induction k as [| k IH]; intros a l N L.
  - destruct l as [| j l]; simpl in L; [lia |]. exists (fun _ => 1); split; [| lia].
    exists j; simpl; split; auto; lia.
  - destruct (existsb (fun j => negb (a k j =? 0)) l) eqn:E.
    + apply existsb_exists in E; destruct E as [p [I E]]. apply negb_true_iff, Z.eqb_neq in E.
      destruct (in_split _ _ I) as [l1 [l2 S]]; subst l.
      assert (O : ~ In p (l1 ++ l2)) by (apply NoDup_remove_2; auto).
      assert (N' : NoDup (l1 ++ l2)) by (apply NoDup_remove_1 in N; auto).
      assert (L' : (k < length (l1 ++ l2))%nat) by (rewrite app_length in *; simpl in L; lia).
      destruct (IH (fun q j => a k p * a q j - a q p * a k j) (l1 ++ l2) N' L') as [x [[j [J X]] H]].
      set (rest := sum (l1 ++ l2) (fun j => a k j * x j)).
      exists (fun j => if Nat.eqb j p then - rest else a k p * x j); split.
      * exists j; split; [apply in_app_or in J; apply in_or_app; simpl; tauto |].
        destruct (Nat.eqb_spec j p); [subst; contradiction |]. nia.
      * intros q Q.
        assert (T : sum (l1 ++ p :: l2) (fun j => a q j * (if Nat.eqb j p then - rest else a k p * x j)) =
                    a q p * - rest + a k p * sum (l1 ++ l2) (fun j => a q j * x j)).
        { rewrite !sum_app; simpl; rewrite Nat.eqb_refl.
          assert (U : forall m, (forall j, In j m -> In j (l1 ++ l2)) ->
            sum m (fun j => a q j * (if Nat.eqb j p then - rest else a k p * x j)) = a k p * sum m (fun j => a q j * x j)).
          { intros m M; rewrite <- sum_times; apply sum_ext; intros i Im.
            destruct (Nat.eqb_spec i p); [subst; exfalso; apply O; auto | lia]. }
          rewrite (U l1), (U l2); [lia | |]; intros; apply in_or_app; auto. }
        rewrite T; unfold rest.
        destruct (Nat.eq_dec q k) as [Eq | Ne]; [subst; lia |].
        assert (Q' : (q < k)%nat) by lia. specialize (H q Q'); simpl in H.
        rewrite <- H at 1.
        rewrite (sum_ext _ (fun j0 => (a k p * a q j0 - a q p * a k j0) * x j0)
          (fun j0 => a k p * (a q j0 * x j0) + (- a q p) * (a k j0 * x j0))) by (intros; lia).
        rewrite sum_plus, !sum_times; lia.
    + destruct (IH a l N) as [x [X H]]; [lia |]. exists x; split; auto.
      intros q Q; destruct (Nat.eq_dec q k) as [Eq | Ne]; [subst | apply H; lia].
      rewrite (sum_ext _ _ (fun _ => 0)); [apply sum_zero |].
      intros j J. destruct (a k j =? 0) eqn:Z; [apply Z.eqb_eq in Z; rewrite Z; lia |].
      assert (existsb (fun j => negb (a k j =? 0)) l = true) by (apply existsb_exists; exists j; rewrite Z; auto).
      congruence.
Qed.

Definition bit (b : bool) : Z := if b then 1 else 0.

(* The evidence: a minor of the 0/1 matrix of v, and its inverse up to a factor. *)
Definition inverts (minor_rows minor_cols : list nat) (factor : Z) (inverse : nat -> nat -> Z) : bool :=
  negb (factor =? 0) && once minor_cols && within minor_rows rows && within minor_cols cols &&
  forallb (fun j => forallb (fun l =>
    sum minor_rows (fun i => inverse j i * bit (f i l =? v)%nat) =? (if Nat.eqb j l then factor else 0)) minor_cols) minor_cols.

Lemma times_sum : forall rs x y,
  Z.of_nat (times rs x y) = sum (seq 0 (length rs)) (fun q => bit (holds (nth q rs ([], [])) x y)).
Proof.
  induction rs as [| r rs IH] using rev_ind; intros x y; auto.
  unfold times in *; rewrite filter_app, !app_length, seq_app, sum_app, Nat2Z.inj_add, IH.
  f_equal.
  - apply sum_ext; intros q I; apply in_seq in I; rewrite app_nth1 by lia; auto.
  - simpl; rewrite app_nth2, Nat.sub_diag by lia; simpl; destruct (holds r x y); auto.
Qed.

Theorem rank_bound : forall mr mc factor inverse rs,
  inverts mr mc factor inverse = true -> partitions rs -> (length mc <= length rs)%nat.
Proof.
  intros mr mc factor inverse rs H [P C].
  unfold inverts in H. repeat (apply andb_prop in H; destruct H as [H ?]).
  apply negb_true_iff, Z.eqb_neq in H.
  destruct (le_lt_dec (length mc) (length rs)) as [| L]; auto; exfalso.
  assert (Ic := within_incl _ _ H1); assert (Ir := within_incl _ _ H2).
  destruct (kernel (length rs) (fun q j => bit (member j (snd (nth q rs ([], []))))) mc (once_nodup _ H3) L) as [x [[j [J X]] K]].
  assert (M : forall i l, In i mr -> In l mc -> bit (f i l =? v)%nat =
    sum (seq 0 (length rs)) (fun q => bit (member i (fst (nth q rs ([], [])))) * bit (member l (snd (nth q rs ([], [])))))).
  { intros i l I I'.
    rewrite (sum_ext _ _ (fun q => bit (holds (nth q rs ([], [])) i l))).
    - rewrite <- times_sum; destruct (Nat.eqb_spec (f i l) v) as [E | E]; simpl.
      + rewrite C; auto.
      + unfold times; destruct (filter (fun r => holds r i l) rs) as [| r t] eqn:F; auto.
        assert (In r (filter (fun r => holds r i l) rs)) by (rewrite F; simpl; auto).
        apply filter_In in H4; destruct H4 as [I1 I2]; rewrite Forall_forall in P.
        exfalso; apply E; apply (P r I1); auto.
    - intros q _; unfold holds; destruct (member i _), (member l _); auto. }
  assert (Z0 : forall i, In i mr -> sum mc (fun l => bit (f i l =? v)%nat * x l) = 0).
  { intros i I. rewrite (sum_ext _ _ (fun l => sum (seq 0 (length rs)) (fun q =>
      bit (member i (fst (nth q rs ([], [])))) * (bit (member l (snd (nth q rs ([], [])))) * x l)))).
    - rewrite sum_swap. rewrite (sum_ext _ _ (fun _ => 0)); [apply sum_zero |].
      intros q Q; apply in_seq in Q; rewrite sum_times, K by lia; lia.
    - intros l I'; rewrite M by auto. rewrite Z.mul_comm, <- sum_times. apply sum_ext; intros; lia. }
  assert (T : sum mr (fun i => inverse j i * sum mc (fun l => bit (f i l =? v)%nat * x l)) = factor * x j).
  { rewrite (sum_ext _ _ (fun i => sum mc (fun l => inverse j i * bit (f i l =? v)%nat * x l)))
      by (intros; rewrite <- sum_times; apply sum_ext; intros; lia).
    rewrite sum_swap. rewrite forallb_forall in H0; specialize (H0 j J); rewrite forallb_forall in H0.
    rewrite (sum_ext _ _ (fun l => (if Nat.eqb j l then factor else 0) * x l)).
    - clear - J H3. apply once_nodup in H3. induction mc as [| c mc IH]; simpl in *; [contradiction |].
      inversion H3; subst. destruct (Nat.eqb_spec j c).
      + subst. rewrite (sum_ext _ _ (fun _ => 0)), sum_zero; [lia |].
        intros l I; destruct (Nat.eqb_spec c l); [subst; contradiction | lia].
      + destruct J; [congruence |]. rewrite IH; auto; lia.
    - intros l I; specialize (H0 l I); apply Z.eqb_eq in H0; rewrite <- H0.
      rewrite Z.mul_comm, <- sum_times; apply sum_ext; intros; lia. }
  rewrite (sum_ext _ _ (fun _ => 0)), sum_zero in T by (intros; rewrite Z0 by auto; lia).
  symmetry in T; apply Z.mul_eq_0 in T; tauto.
Qed.

Close Scope Z_scope.
End Matrix.

(* ---- Leaves: those labelled v are a partition of v (lemma 1.16). ---- *)

Fixpoint pieces (v : nat) (t : tree) (rows cols : list nat) : list rect :=
  match t with
  | Leaf w => if w =? v then [(rows, cols)] else []
  | Alice says t0 t1 => pieces v t0 (filter (fun x => negb (says x)) rows) cols ++ pieces v t1 (filter says rows) cols
  | Bob says t0 t1 => pieces v t0 rows (filter (fun y => negb (says y)) cols) ++ pieces v t1 rows (filter says cols)
  end.

Lemma member_filter : forall says l x, member x (filter says l) = member x l && says x.
Proof.
  intros says l x; apply eq_true_iff_eq; rewrite andb_true_iff, !member_in, filter_In; tauto.
Qed.

Lemma pieces_times : forall v t rows cols x y,
  times (pieces v t rows cols) x y = if member x rows && member y cols && (answer t x y =? v) then 1 else 0.
Proof.
  intros v; unfold times; induction t as [w | says t0 IH0 t1 IH1 | says t0 IH0 t1 IH1]; intros rows cols x y; simpl.
  - destruct (w =? v); simpl; unfold holds; simpl; destruct (member x rows), (member y cols); auto.
  - rewrite filter_app, app_length, IH0, IH1, !member_filter.
    destruct (member x rows), (member y cols), (says x); simpl; try lia; destruct (answer _ x y =? v); lia.
  - rewrite filter_app, app_length, IH0, IH1, !member_filter.
    destruct (member x rows), (member y cols), (says y); simpl; try lia; destruct (answer _ x y =? v); lia.
Qed.

Lemma pieces_partition : forall f rows cols v t, computes f rows cols t -> partitions f rows cols v (pieces v t rows cols).
Proof.
  intros f rows cols v t C; split.
  - apply Forall_forall; intros r I x y H Ix Iy.
    assert (T := pieces_times v t rows cols x y).
    destruct (answer t x y =? v) eqn:E; [apply Nat.eqb_eq in E; rewrite <- E; symmetry; apply C; auto |].
    rewrite andb_false_r in T; unfold times in T.
    assert (J : In r (filter (fun r => holds r x y) (pieces v t rows cols))) by (apply filter_In; auto).
    destruct (filter (fun r => holds r x y) (pieces v t rows cols)); [contradiction | discriminate].
  - intros x y Ix Iy E. rewrite pieces_times, C, E, Nat.eqb_refl by auto.
    apply member_in in Ix, Iy; rewrite Ix, Iy; auto.
Qed.

Definition total (t : tree) (rows cols : list nat) (vs : list nat) : nat :=
  fold_right (fun v s => length (pieces v t rows cols) + s) 0 vs.

Lemma total_leaves : forall vs, NoDup vs -> forall t rows cols, total t rows cols vs <= length (leaves t).
Proof.
  intros vs N; induction t as [w | says t0 IH0 t1 IH1 | says t0 IH0 t1 IH1]; intros rows cols; simpl.
  - assert (G : total (Leaf w) rows cols vs <= 1 /\ (~ In w vs -> total (Leaf w) rows cols vs = 0)); [| lia].
    induction N as [| v vs I N IH]; simpl; [lia |]. destruct IH as [IH IH']. split.
    + destruct (Nat.eqb_spec w v); simpl; [subst; rewrite IH'; auto | auto].
    + intros O; destruct (Nat.eqb_spec w v); [subst; exfalso; auto | simpl; apply IH'; auto].
  - assert (G : total (Alice says t0 t1) rows cols vs =
      total t0 (filter (fun x => negb (says x)) rows) cols vs + total t1 (filter says rows) cols vs).
    { clear; unfold total; induction vs as [| v vs IH]; simpl in *; auto. rewrite app_length, IH; lia. }
    rewrite G, app_length, !map_length. specialize (IH0 (filter (fun x => negb (says x)) rows) cols).
    specialize (IH1 (filter says rows) cols); lia.
  - assert (G : total (Bob says t0 t1) rows cols vs =
      total t0 rows (filter (fun y => negb (says y)) cols) vs + total t1 rows (filter says cols) vs).
    { clear; unfold total; induction vs as [| v vs IH]; simpl in *; auto. rewrite app_length, IH; lia. }
    rewrite G, app_length, !map_length. specialize (IH0 rows (filter (fun y => negb (says y)) cols)).
    specialize (IH1 rows (filter says cols)); lia.
Qed.

(* What bounds the partition number of a value from below. *)
Inductive part_evidence :=
| Fooling (s : list (nat * nat))
| Minor (rows cols : list nat) (factor : Z) (inverse : list (list Z)). (* a row of the inverse per column *)

Fixpoint place (x : nat) (l : list nat) : nat :=
  match l with [] => 0 | y :: l' => if x =? y then 0 else S (place x l') end.

Definition shows (f : nat -> nat -> nat) (rows cols : list nat) (p : nat * part_evidence) : bool :=
  match snd p with
  | Fooling s => fooling f rows cols s && of_v f (fst p) s
  | Minor mr mc factor inverse =>
      inverts f rows cols (fst p) mr mc factor (fun j i => nth (place i mr) (nth (place j mc) inverse []) 0%Z)
  end.

Definition size (p : nat * part_evidence) : nat :=
  match snd p with Fooling s => length s | Minor _ mc _ _ => length mc end.

Lemma shows_bound : forall f rows cols p rs, shows f rows cols p = true -> partitions f rows cols (fst p) rs -> size p <= length rs.
Proof.
  intros f rows cols [v [s | mr mc factor inverse]] rs H P; unfold shows, size in *; simpl in *.
  - apply andb_prop in H; destruct H; eapply fooling_cover; eauto using partition_covers.
  - eapply rank_bound; eauto.
Qed.

Definition sizes (ps : list (nat * part_evidence)) : nat := fold_right (fun p s => size p + s) 0 ps.

Theorem leaves_bound : forall f rows cols ps t, computes f rows cols t -> once (map fst ps) = true ->
  forallb (shows f rows cols) ps = true -> sizes ps <= 2 ^ depth t.
Proof.
  intros f rows cols ps t C O H.
  apply Nat.le_trans with (length (leaves t)); [| apply leaves_at_most].
  apply Nat.le_trans with (total t rows cols (map fst ps)); [| apply total_leaves, once_nodup; auto].
  clear O; induction ps as [| p ps IH]; simpl in *; [lia |].
  apply andb_prop in H; destruct H as [H H']; specialize (IH H').
  assert (B := shows_bound f rows cols p _ H (pieces_partition f rows cols (fst p) t C)); lia.
Qed.

Theorem by_leaves : forall f rows cols t ps d, right f (seq 0 rows) (seq 0 cols) t = true -> depth t = S d ->
  once (map fst ps) = true -> forallb (shows f (seq 0 rows) (seq 0 cols)) ps = true -> 2 ^ d < sizes ps -> D f rows cols (S d).
Proof.
  intros f rows cols t ps d R E O H L; split.
  - exists t; split; auto using right_computes.
  - intros u C. assert (B := leaves_bound _ _ _ ps u C O H).
    destruct (le_lt_dec (S d) (depth u)) as [G | G]; auto.
    assert (2 ^ depth u <= 2 ^ d) by (apply Nat.pow_le_mono_r; lia); lia.
Qed.

(* ---- Refutations: lemmas "this part needs more than so many bits". ---- *)

(* How all ways to put lines on two sides are met: a part on side 1 (or 0) of which an
   earlier lemma speaks; a line that goes to side 0 or to side 1; or, for the first line,
   only to side 0, as the sides can be exchanged. *)
Inductive branch :=
| Why (side : bool) (number : nat)
| Split (line : nat) (zero one : branch)
| First (line : nat) (zero : branch).

Inductive reason :=
| Count (parts : list (nat * part_evidence))
| Divide (by_rows by_cols : branch).

Record lemma := Said { of_rows : list nat; of_cols : list nat; bits : nat; because : reason }.

Section Refutation.
Variable f : nat -> nat -> nat.
(* How it is checked that evidence shows something: shows f, or what implies it (Promise.v). *)
Variable shown : list nat -> list nat -> nat * part_evidence -> bool.
Hypothesis shown_shows : forall rows cols p, shown rows cols p = true -> shows f rows cols p = true.

Definition needs (l : lemma) := forall t, computes f (of_rows l) (of_cols l) t -> bits l < depth t.

(* Along an axis: false the rows, true the columns. *)
Definition lines (axis : bool) (l : lemma) := if axis then of_cols l else of_rows l.
Definition at_ (axis : bool) (g : nat -> nat -> nat) (x y : nat) := if axis then g y x else g x y.

Section Branch.
Variables (earlier : list lemma) (axis : bool) (part across : list nat) (b : nat).

Fixpoint meets (side0 side1 : list nat) (br : branch) : bool :=
  match br with
  | Why side k =>
      match nth_error earlier k with
      | Some l => (b <=? bits l) && within (lines axis l) (if side then side1 else side0) && within (lines (negb axis) l) across
      | None => false
      end
  | Split i z o => member i part && meets (i :: side0) side1 z && meets side0 (i :: side1) o
  | First _ _ => false
  end.

Definition meets_all (br : branch) : bool :=
  match br with First i z => member i part && meets [i] [] z | _ => meets [] [] br end.

Hypothesis known : Forall needs earlier.

Definition divided (says : nat -> bool) (t0 t1 : tree) := forall x y, In x part -> In y across ->
  at_ axis (answer (if says x then t1 else t0)) x y = at_ axis f x y.

Lemma meets_sound : forall says t0 t1, divided says t0 t1 -> forall br side0 side1,
  (forall x, In x side0 -> In x part /\ says x = false) -> (forall x, In x side1 -> In x part /\ says x = true) ->
  meets side0 side1 br = true -> b < Nat.max (depth t0) (depth t1).
Proof.
  intros says t0 t1 Hd; induction br as [side k | i z IHz o IHo | i z IHz]; simpl; intros side0 side1 H0 H1 H.
  - destruct (nth_error earlier k) as [l |] eqn:E; [| discriminate].
    apply andb_prop in H; destruct H as [H A]; apply andb_prop in H; destruct H as [B W].
    apply Nat.leb_le in B; apply within_incl in W, A.
    assert (N : needs l) by (rewrite Forall_forall in known; apply known; eapply nth_error_In; eauto).
    assert (C : computes f (of_rows l) (of_cols l) (if side then t1 else t0)).
    { intros x y Ix Iy. unfold divided, at_, lines in *.
      destruct axis; simpl in *.
      - specialize (W y Iy); specialize (A x Ix).
        destruct side; [destruct (H1 y W) as [P S] | destruct (H0 y W) as [P S]]; specialize (Hd y x P A); rewrite S in Hd; auto.
      - specialize (W x Ix); specialize (A y Iy).
        destruct side; [destruct (H1 x W) as [P S] | destruct (H0 x W) as [P S]]; specialize (Hd x y P A); rewrite S in Hd; auto. }
    specialize (N _ C); destruct side; lia.
  - apply andb_prop in H; destruct H as [H O]; apply andb_prop in H; destruct H as [P Z]; apply member_in in P.
    destruct (says i) eqn:S.
    + apply (IHo side0 (i :: side1)); auto. intros x [E | I]; subst; auto.
    + apply (IHz (i :: side0) side1); auto. intros x [E | I]; subst; auto.
  - discriminate.
Qed.

Lemma meets_all_sound : forall says t0 t1 br, divided says t0 t1 -> meets_all br = true -> b < Nat.max (depth t0) (depth t1).
Proof.
  intros says t0 t1 br Hd H. destruct br as [side k | i z o | i z].
  - apply (meets_sound says t0 t1 Hd _ [] [] (fun x I => match I with end) (fun x I => match I with end) H).
  - apply (meets_sound says t0 t1 Hd _ [] [] (fun x I => match I with end) (fun x I => match I with end) H).
  - simpl in H; apply andb_prop in H; destruct H as [P Z]; apply member_in in P.
    destruct (says i) eqn:S.
    + assert (Hd' : divided (fun x => negb (says x)) t1 t0).
      { intros x y Ix Iy; specialize (Hd x y Ix Iy); destruct (says x); simpl; auto. }
      rewrite Nat.max_comm.
      apply (meets_sound _ _ _ Hd' z [i] []); auto; [| intros x []].
      intros x [E | []]; subst; rewrite S; auto.
    + apply (meets_sound _ _ _ Hd z [i] []); auto; [| intros x []].
      intros x [E | []]; subst; auto.
Qed.
End Branch.

Definition follows (earlier : list lemma) (l : lemma) : bool :=
  match because l with
  | Count ps => once (map fst ps) && forallb (shown (of_rows l) (of_cols l)) ps && (2 ^ bits l <? sizes ps)
  | Divide r c =>
      match bits l with
      | 0 => false
      | S b => meets_all earlier false (of_rows l) (of_cols l) b r && meets_all earlier true (of_cols l) (of_rows l) b c
      end
  end.

Lemma follows_sound : forall earlier l, Forall needs earlier -> follows earlier l = true -> needs l.
Proof.
  intros earlier l K H t C; unfold follows in H; destruct (because l) as [ps | r c].
  - apply andb_prop in H; destruct H as [F L]; apply Nat.ltb_lt in L; apply andb_prop in F; destruct F as [O F].
    assert (F' : forallb (shows f (of_rows l) (of_cols l)) ps = true)
      by (rewrite forallb_forall in *; intros p I; apply shown_shows, F, I).
    assert (B := leaves_bound _ _ _ ps t C O F').
    destruct (le_lt_dec (depth t) (bits l)) as [G |]; auto.
    assert (2 ^ depth t <= 2 ^ bits l) by (apply Nat.pow_le_mono_r; lia); lia.
  - destruct (bits l) as [| b] eqn:E; [discriminate |]. apply andb_prop in H; destruct H as [Hr Hc].
    destruct t as [w | says t0 t1 | says t0 t1].
    + assert (b < Nat.max (depth (Leaf w)) (depth (Leaf w))); [| simpl in *; lia].
      apply (meets_all_sound earlier false (of_rows l) (of_cols l) b K (fun _ => false) _ _ r); auto.
    + simpl; apply -> Nat.succ_lt_mono.
      apply (meets_all_sound earlier false (of_rows l) (of_cols l) b K says _ _ r); auto.
      intros x y Ix Iy; specialize (C x y Ix Iy); simpl in *; destruct (says x); auto.
    + simpl; apply -> Nat.succ_lt_mono.
      apply (meets_all_sound earlier true (of_cols l) (of_rows l) b K says _ _ c); auto.
      intros x y Ix Iy; specialize (C y x Iy Ix); simpl in *; destruct (says x); auto.
Qed.

Fixpoint refutes (done todo : list lemma) : bool :=
  match todo with
  | [] => true
  | l :: todo' => follows done l && refutes (done ++ [l]) todo'
  end.

Lemma refutes_sound : forall todo done, Forall needs done -> refutes done todo = true -> Forall needs (done ++ todo).
Proof.
  induction todo as [| l todo IH]; simpl; intros done K H; [rewrite app_nil_r; auto |].
  apply andb_prop in H; destruct H as [F R].
  replace (done ++ l :: todo) with ((done ++ [l]) ++ todo) by (rewrite <- app_assoc; auto).
  apply IH; auto; apply Forall_app; split; auto; constructor; auto; eapply follows_sound; eauto.
Qed.

Lemma refuted_depth : forall t d todo last rows cols, computes f (seq 0 rows) (seq 0 cols) t -> refutes [] (todo ++ [last]) = true ->
  (bits last =? d) && within (of_rows last) (seq 0 rows) && within (of_cols last) (seq 0 cols) = true -> S d <= depth t.
Proof.
  intros u d todo last rows cols C H W.
  apply refutes_sound in H; [| constructor]. simpl in H.
  apply Forall_app in H; destruct H as [_ H]; inversion H; subst.
  apply andb_prop in W; destruct W as [W Wc]; apply andb_prop in W; destruct W as [B Wr].
  apply Nat.eqb_eq in B; apply within_incl in Wr, Wc; subst d.
  assert (bits last < depth u); [| lia].
  apply H2. intros x y Ix Iy; apply C; auto.
Qed.
End Refutation.

Theorem refuted : forall f rows cols t d todo last,
  right f (seq 0 rows) (seq 0 cols) t = true -> depth t = S d -> refutes (shows f) [] (todo ++ [last]) = true ->
  (bits last =? d) && within (of_rows last) (seq 0 rows) && within (of_cols last) (seq 0 cols) = true -> D f rows cols (S d).
Proof.
  intros f rows cols t d todo last R E H W; split.
  - exists t; split; auto using right_computes.
  - intros u C. apply (refuted_depth f (shows f)) with (todo := todo) (last := last) (rows := rows) (cols := cols); auto.
Qed.

(* A matrix of one value costs nothing. *)
Theorem constant : forall f rows cols v, right f (seq 0 rows) (seq 0 cols) (Leaf v) = true -> D f rows cols 0.
Proof. intros f rows cols v R; split; [exists (Leaf v); split; auto using right_computes | lia]. Qed.

Print Assumptions apart_bound.
Print Assumptions rectangle_size.
Print Assumptions fooling_cover.
Print Assumptions rank_bound.
Print Assumptions by_leaves.
Print Assumptions refuted.
