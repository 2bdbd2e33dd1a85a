package engine

import (
	"context"

	"rsc.io/qr"
)

// qrRequest asks for a text as a QR code.
type qrRequest struct {
	Text string `json:"text"`
}

// mostCode is the longest text that is shown as a code: a telephone still reads it from a wall.
const mostCode = 1000

// qr draws the code of a text, row by row from the top: 1 is a black square. The
// quiet zone of four squares around it is the page's affair.
var _ = operate("qr", func(_ context.Context, q qrRequest) (any, error) {
	if len(q.Text) > mostCode {
		return nil, tooLarge("copy the link instead", "a text of %d bytes; a code that can be read from a wall holds %d", len(q.Text), mostCode)
	}
	c, err := qr.Encode(q.Text, qr.M)
	if err != nil {
		return nil, err
	}
	a := struct {
		Rows []string `json:"rows"`
	}{}
	for y := range c.Size {
		row := make([]byte, c.Size)
		for x := range row {
			row[x] = '0'
			if c.Black(x, y) {
				row[x] = '1'
			}
		}
		a.Rows = append(a.Rows, string(row))
	}
	return a, nil
})
