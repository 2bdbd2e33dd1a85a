package validate

import (
	"cmp"
	"fmt"

	"crosscut/protocol"
)

// kinds remembers the types of values that were seen, one value of each. Integers and
// booleans are one type: True is 1.
type kinds [protocol.OneOf + 1]protocol.Value

func (k *kinds) see(v protocol.Value) {
	switch at := v.Kind(); at {
	case protocol.OneOf:
		for i := range v.Len() {
			k.see(v.At(i))
		}
	case protocol.Bool:
		k[protocol.Int] = v
	default:
		k[at] = v
	}
}

func (k *kinds) join(other *kinds) {
	for at, v := range other {
		if v.Kind() != protocol.None {
			k[at] = v
		}
	}
}

// unfit says that a file's answers are at fault, not its map.
type unfit struct{ error }

// Hint is what to write instead.
func (unfit) Hint() string {
	return "return what problem returns; None is an answer only outside the promise"
}

// strange is an error where the answer has a type that the problem never has: then
// nothing was compared that could be equal, and the file is at fault, not the map.
func (t *tally) strange(place string) error {
	for at, got := range t.gots {
		if got.Kind() == protocol.None || t.wants[at].Kind() != protocol.None {
			continue
		}
		for _, want := range t.wants {
			if want.Kind() != protocol.None {
				return unfit{fmt.Errorf("%s: answer gives %v, %v, but the problem's values are of another type, %v like %v",
					cmp.Or(place, "validate"), got, got.Kind(), want.Kind(), want)}
			}
		}
	}
	return nil
}

// spoken is an error where an answer inside the promise is None: then the file is at fault, not the map.
func (s *Subject) spoken(t tally, err error) (tally, error) {
	if err == nil && t.silent != nil {
		err = unfit{fmt.Errorf("%s: answer returned None on %s", cmp.Or(s.Place, "validate"), s.shownShort(t.silent))}
	}
	return t, err
}
