// Eight stops, about five minutes: why one attention layer cannot do Match3, and a
// recurrent network cannot do sparse averaging.
export const stops = [
  { at: "cut?task=match2&model=attention&n=16&seed=3", text: ["Match2: does token 1 have a partner that sums with it to 0 mod M? ", { b: "Drag the cut." }, " Whoever holds which tokens, one attention head sends a normaliser and a numerator: a few bits."] },
  { at: "cut?task=match2&model=attention&n=64&seed=3", text: ["Four times as many tokens, and hardly a bit more. Sums of softmax weights are all that must cross, and a sum grows like a logarithm."] },
  { at: "cut?task=match3&model=attention&n=15&M=16&seed=2&split=alice%3A2-7%2Cbob%3A8-13%2Cpublic%3A1%2C14-15", text: ["Match3 asks for two partners. Alice may hold one and Bob the other, so what she sends must tell him about ", { b: "every" }, " token she has. The purple mark is the least that any protocol needs."] },
  { at: "proof?claim=theorem+7&n=6&x=010010&y=001010", text: ["Why: two sets hide in the sequence. ", { b: "Flip the bits." }, " Token 1 finds its pair exactly when the sets meet, and whether they meet costs n bits to find out."] },
  { at: "matrix?problem=disj&n=3", text: ["That cost is a fact about a table. Each ", { b: "orange dot" }, " needs a rectangle of its own, so no protocol for three elements has fewer than 2³ of them."] },
  { at: "grow?inequality=one-layer-match3&n=2048&H=1&m=3&p=8&f=8", text: ["So take one layer of any weights at all. Its message grows like log N, the need like N. ", { b: "Where the lines cross" }, " every such layer is wrong on some input."] },
  { at: "break?reduction=disj-qsa-memory&model=rnn&n=8&shrink=m&value=3", text: ["Sparse averaging is easy for attention; a recurrent network must carry every value in its state. Give it ", { b: "a state too small" }, " and here are two pasts it cannot tell apart."] },
  { at: "grow?inequality=memory-qsa&n=1024&m=16&p=8", text: ["However it was trained, whatever its cell: (N − 1)/2 bits of state or an error. ", { b: "Copy the link" }, " of any moment and send it to a friend."] },
];
