From Coq Require Import List ZArith.
Require Import Protocol Evidence Promise.
Import ListNotations.

(* 3 x 3, sha256 80e393b7f155fe4a67efff3d7542c42e1594512670b4b4e6177ced750511f79b. *)
Definition total := entry [[1; 1; 0]; [1; 0; 1]; [2; 1; 1]].
Theorem total_partition_lower_1 : forall rs, partitions total (List.seq 0 3) (List.seq 0 3) 1 rs -> 3 <= length rs.
Proof. intros rs P; apply (shows_bound total (List.seq 0 3) (List.seq 0 3) ((1, Minor [0; 1; 2] [0; 1; 2] (2)%Z [[(1)%Z; (1)%Z; (-1)%Z]; [(1)%Z; (-1)%Z; (1)%Z]; [(-1)%Z; (1)%Z; (1)%Z]])) rs); [| exact P]; try assumption; try discriminate; vm_compute; try reflexivity; repeat constructor. Qed.
Theorem total_partition_lower_1_again : forall rs, partitions total (List.seq 0 3) (List.seq 0 3) 1 rs -> 2 <= length rs.
Proof. intros rs P; apply partition_covers in P; apply (fooling_cover total (List.seq 0 3) (List.seq 0 3) 1 [(0, 0); (1, 2)] rs); [| | exact P]; try assumption; try discriminate; vm_compute; try reflexivity; repeat constructor. Qed.
Theorem total_cover_lower_1 : forall rs, covers total (List.seq 0 3) (List.seq 0 3) 1 rs -> 2 <= length rs.
Proof. intros rs P; apply (fooling_cover total (List.seq 0 3) (List.seq 0 3) 1 [(0, 0); (1, 2)] rs); [| | exact P]; try assumption; try discriminate; vm_compute; try reflexivity; repeat constructor. Qed.
Theorem total_D : D total 3 3 3.
Proof. apply (refuted total 3 3 (Alice (fun z => member z [2]) (Alice (fun z => member z [1]) (Bob (fun z => member z [2]) (Leaf 1) (Leaf 0)) (Bob (fun z => member z [1]) (Leaf 1) (Leaf 0))) (Bob (fun z => member z [0]) (Leaf 1) (Leaf 2))) (pred 3) [Said [0; 1] [0; 1; 2] 1 (Count [(0, Minor [0; 1] [2; 1] (1)%Z [[(1)%Z; (0)%Z]; [(0)%Z; (1)%Z]]); (1, Minor [0; 1] [0; 1] (1)%Z [[(0)%Z; (1)%Z]; [(1)%Z; (-1)%Z]])])] (Said [0; 1; 2] [0; 1; 2] 2 (Count [(0, Minor [0; 1] [2; 1] (1)%Z [[(1)%Z; (0)%Z]; [(0)%Z; (1)%Z]]); (1, Minor [0; 1; 2] [0; 1; 2] (2)%Z [[(1)%Z; (1)%Z; (-1)%Z]; [(1)%Z; (-1)%Z; (1)%Z]; [(-1)%Z; (1)%Z; (1)%Z]]); (2, Minor [2] [0] (1)%Z [[(1)%Z]])]))); try assumption; try discriminate; vm_compute; try reflexivity; repeat constructor. Qed.
(* 2 x 2, sha256 f06dd87b00fa20bd9c2c1944351f16803099541dd47c0285d34ecf7151ff8a84. *)
Definition promise := open_entry [[None; Some 1]; [Some 1; Some 0]].
Theorem promise_one_way_alice_lower : forall k, one_way_promise promise 2 2 k -> 2 <= k.
Proof. intros k; apply (clash_bound promise 2 2 [0; 1] k); try assumption; try discriminate; vm_compute; try reflexivity; repeat constructor. Qed.
Theorem promise_D : D_promise promise 2 2 2.
Proof. apply (promise_refuted promise 2 2 (Alice (fun z => member z [1]) (Leaf 1) (Bob (fun z => member z [1]) (Leaf 1) (Leaf 0))) (pred 2) [] (Said [0; 1] [0; 1] 1 (Count [(0, Fooling [(1, 1)]); (1, Fooling [(0, 1); (1, 0)])]))); try assumption; try discriminate; vm_compute; try reflexivity; repeat constructor. Qed.
