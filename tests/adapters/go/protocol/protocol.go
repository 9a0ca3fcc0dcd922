// Package protocol is the loop of docs/protocol.md: what every scheme shares.
package protocol

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"
	"time"
)

const lineLimit = 8 << 20

// Stages are intermediates by their names.
type Stages map[string]string

// Call does an operation once; it returns the output and, where there are any, the stages.
type Call func() (any, Stages, error)

// Operation reads the input, so that the call, which may be repeated, has nothing left to read.
type Operation func(credential any, input []byte) (Call, error)

// Scheme is what an adapter does of one scheme.
type Scheme struct {
	// Prepare reads the values of a credential, once.
	Prepare    func(values []byte) (any, error)
	Operations map[string]Operation
}

// Of makes an operation of a function on a scheme's own types. Without a credential it has a zero
// one.
func Of[C, I any](do func(C, I) (any, Stages, error)) Operation {
	return func(credential any, input []byte) (Call, error) {
		var wanted I
		if err := json.Unmarshal(input, &wanted); err != nil {
			return nil, err
		}
		own, _ := credential.(C)
		return func() (any, Stages, error) { return do(own, wanted) }, nil
	}
}

// refusal is an error by which an operation answers on purpose: `rejected` or `skipped`.
type refusal struct {
	status  string
	reason  string
	message string
}

func (r *refusal) Error() string { return r.status + " " + r.reason + ": " + r.message }

// Reject returns the error of an operation that refuses its input.
func Reject(reason, format string, values ...any) error {
	return &refusal{"rejected", reason, fmt.Sprintf(format, values...)}
}

// Skip returns the error of an operation that cannot do what is asked.
func Skip(format string, values ...any) error {
	return &refusal{"skipped", "", fmt.Sprintf(format, values...)}
}

// Adapter is who is under test.
type Adapter struct {
	Implementation map[string]string
	Schemes        map[string]Scheme
	Features       []string

	credentials map[string]any
}

// message is any request of the harness; members that a type does not have stay empty.
type message struct {
	Type       string          `json:"type"`
	Seq        int64           `json:"seq"`
	Protocols  []int           `json:"protocols"`
	Scheme     string          `json:"scheme"`
	Operation  string          `json:"operation"`
	Credential *string         `json:"credential"`
	Values     json.RawMessage `json:"values"`
	Input      json.RawMessage `json:"input"`
	MinMs      int64           `json:"min_ms"`
}

type startReply struct {
	Seq            int64               `json:"seq"`
	Protocol       int                 `json:"protocol"`
	Implementation map[string]string   `json:"implementation"`
	Operations     map[string][]string `json:"operations"`
	Features       []string            `json:"features"`
	Window         int                 `json:"window"`
}

// reply answers `prepare`, `run` and `bench`.
type reply struct {
	Seq        int64  `json:"seq"`
	Status     string `json:"status"`
	Output     any    `json:"output,omitempty"`
	Stages     Stages `json:"stages,omitempty"`
	Reason     string `json:"reason,omitempty"`
	Message    string `json:"message,omitempty"`
	Iterations int64  `json:"iterations,omitempty"`
	ElapsedNs  int64  `json:"elapsed_ns,omitempty"`
}

// Serve answers the messages of *in* until it ends.
func (a *Adapter) Serve(in io.Reader, to io.Writer) error {
	a.credentials = map[string]any{}
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 64<<10), lineLimit)
	out := bufio.NewWriter(to)
	for lines.Scan() {
		var m message
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
			return fmt.Errorf("not a message: %w", err)
		}
		line, err := json.Marshal(a.answer(m))
		if err != nil {
			return err
		}
		// A message is one line: json.Marshal writes none of its own.
		if bytes.IndexByte(line, '\n') >= 0 {
			return errors.New("a reply of more than one line")
		}
		out.Write(append(line, '\n'))
		if err := out.Flush(); err != nil {
			return err
		}
	}
	return lines.Err()
}

func (a *Adapter) answer(m message) any {
	switch m.Type {
	case "start":
		return a.introduction(m.Seq)
	case "prepare":
		return a.prepare(m)
	case "run":
		return a.run(m, once)
	case "bench":
		return a.run(m, repeated)
	}
	return reply{Seq: m.Seq, Status: "skipped", Message: "unknown message type " + m.Type}
}

func (a *Adapter) introduction(seq int64) startReply {
	operations := map[string][]string{}
	for name, scheme := range a.Schemes {
		operations[name] = slices.Sorted(maps.Keys(scheme.Operations))
	}
	implementation := maps.Clone(a.Implementation)
	implementation["language"] = "Go"
	implementation["runtime"] = runtime.Version()
	return startReply{seq, 1, implementation, operations, a.Features, 16}
}

func (a *Adapter) prepare(m message) reply {
	scheme, known := a.Schemes[m.Scheme]
	if !known {
		return reply{Seq: m.Seq, Status: "skipped", Message: "unknown scheme"}
	}
	credential, err := scheme.Prepare(m.Values)
	if err != nil {
		return failed(m.Seq, err)
	}
	a.credentials[*m.Credential] = credential
	return reply{Seq: m.Seq, Status: "output"}
}

func (a *Adapter) run(m message, how func(message, Call) (reply, error)) reply {
	do, known := a.Schemes[m.Scheme].Operations[m.Operation]
	if !known {
		return reply{Seq: m.Seq, Status: "skipped", Message: "unknown operation"}
	}
	var credential any
	if m.Credential != nil {
		credential = a.credentials[*m.Credential]
	}
	call, err := do(credential, m.Input)
	if err != nil {
		return failed(m.Seq, err)
	}
	answer, err := how(m, call)
	if err != nil {
		return failed(m.Seq, err)
	}
	return answer
}

func once(m message, call Call) (reply, error) {
	output, stages, err := call()
	return reply{Seq: m.Seq, Status: "output", Output: output, Stages: stages}, err
}

// repeated does the call until the time that the message asks for has passed.
func repeated(m message, call Call) (reply, error) {
	answer := reply{Seq: m.Seq, Status: "output"}
	started := time.Now()
	for elapsed := time.Duration(0); elapsed.Milliseconds() < m.MinMs; {
		// So the clock is read seldom, and the end is not missed by much.
		more := answer.Iterations/8 + 1
		for range more {
			var err error
			if answer.Output, _, err = call(); err != nil {
				return answer, err
			}
		}
		answer.Iterations += more
		elapsed = time.Since(started)
		answer.ElapsedNs = elapsed.Nanoseconds()
	}
	return answer, nil
}

func failed(seq int64, err error) reply {
	var refused *refusal
	if errors.As(err, &refused) {
		return reply{Seq: seq, Status: refused.status, Reason: refused.reason, Message: refused.message}
	}
	return reply{Seq: seq, Status: "errored", Message: err.Error()}
}
