// Package driver is the stdio protocol for drivers of Go SDKs: docs/protocol.md, operation `send`
// alone, and `bench` of it.
package driver

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"time"
)

const (
	scheme    = "longbridge-hmac"
	lineLimit = 8 << 20
)

type Credential struct {
	AppKey      string `json:"app_key"`
	AppSecret   string `json:"app_secret"`
	AccessToken string `json:"access_token"`
}

// Request is what is to be sent.
type Request struct {
	BaseURL string `json:"base_url"`
	Method  string `json:"method"`
	Path    string `json:"path"`
	// Query is the octets behind the "?"; nil where there is none.
	Query *string `json:"query"`
	// Params is the same query for the SDK to encode; nil where the octets of Query must be sent.
	Params  [][2]string `json:"params"`
	Headers [][2]string `json:"headers"`
	Body    []byte      `json:"body_b64"`
	// Unsigned asks for the same request without its signature; never so without the feature.
	Unsigned bool `json:"unsigned"`
	// Laps says how often the SDK's call, and nothing besides, is made.
	Laps *Laps `json:"-"`
}

// Laps goes round once for `run` and for a while for `bench`. What is between two rounds is all
// that it measures; a call in whose round the loop ends is not counted.
type Laps struct {
	least, elapsed time.Duration
	started        time.Time
	calls          int64
}

// Next tells whether there is another round.
func (l *Laps) Next() bool {
	if l.started.IsZero() {
		l.started = time.Now()
		return true
	}
	l.elapsed = time.Since(l.started)
	l.calls++
	return l.elapsed < l.least
}

// Target returns path and query as they shall stand in the request line.
func (r Request) Target() string {
	if r.Query == nil {
		return r.Path
	}
	return r.Path + "?" + *r.Query
}

// Response is what the SDK made of the answer; Status is 0 where it does not tell.
type Response struct {
	Status int    `json:"status"`
	Body   []byte `json:"body_b64"`
	Error  string `json:"error"`
}

// Skipped is the error of a request that the SDK's public interface cannot express.
type Skipped string

func (s Skipped) Error() string { return string(s) }

// Rejected is the error of a request that the SDK refused before it sent anything.
type Rejected string

func (r Rejected) Error() string { return string(r) }

type message struct {
	Type       string     `json:"type"`
	Seq        int64      `json:"seq"`
	Scheme     string     `json:"scheme"`
	Operation  string     `json:"operation"`
	Credential *string    `json:"credential"`
	Values     Credential `json:"values"`
	Input      Request    `json:"input"`
	MinMs      int64      `json:"min_ms"`
}

type introduction struct {
	Seq            int64               `json:"seq"`
	Protocol       int                 `json:"protocol"`
	Implementation map[string]string   `json:"implementation"`
	Operations     map[string][]string `json:"operations"`
	Features       []string            `json:"features"`
	Window         int                 `json:"window"`
}

type reply struct {
	Seq     int64     `json:"seq"`
	Status  string    `json:"status"`
	Output  *Response `json:"output,omitempty"`
	Message string    `json:"message,omitempty"`
	*measured
}

type measured struct {
	Iterations int64 `json:"iterations"`
	ElapsedNs  int64 `json:"elapsed_ns"`
}

// Serve answers signproof until the input ends. The module is the SDK's path, by which its version
// is found in this program.
func Serve(
	module string, send func(Credential, Request) (Response, error), features ...string,
) {
	replies := bufio.NewWriter(os.Stdout)
	// Standard output belongs to the protocol.
	os.Stdout = os.Stderr
	credentials := map[string]Credential{}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 64<<10), lineLimit)
	for lines.Scan() {
		var m message
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
			fail(err)
		}
		var answer any
		switch {
		case m.Type == "start":
			answer = introduce(m.Seq, module, append([]string{"bench"}, features...))
		case m.Type == "prepare":
			credentials[*m.Credential] = m.Values
			answer = reply{Seq: m.Seq, Status: "output"}
		case m.Scheme == scheme && m.Operation == "send" && m.Type == "run":
			m.Input.Laps = &Laps{}
			answer = run(m.Seq, credentials[*m.Credential], m.Input, send)
		case m.Scheme == scheme && m.Operation == "send" && m.Type == "bench":
			m.Input.Laps = &Laps{least: time.Duration(m.MinMs) * time.Millisecond}
			answer = bench(run(m.Seq, credentials[*m.Credential], m.Input, send), m.Input.Laps)
		default:
			answer = reply{Seq: m.Seq, Status: "skipped", Message: "this driver does not know it"}
		}
		line, err := json.Marshal(answer)
		if err != nil {
			fail(err)
		}
		replies.Write(append(line, '\n'))
		if err := replies.Flush(); err != nil {
			fail(err)
		}
	}
	if err := lines.Err(); err != nil {
		fail(err)
	}
}

func introduce(seq int64, module string, features []string) introduction {
	return introduction{
		Seq:      seq,
		Protocol: 1,
		Implementation: map[string]string{
			"name":     module,
			"version":  version(module),
			"language": "Go",
			"runtime":  runtime.Version(),
		},
		Operations: map[string][]string{scheme: {"send"}},
		Features:   features,
		Window:     1,
	}
}

func version(module string) string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dependency := range info.Deps {
			if dependency.Path == module {
				return dependency.Version
			}
		}
	}
	return ""
}

func run(
	seq int64, c Credential, r Request, send func(Credential, Request) (Response, error),
) (answer reply) {
	// A panic of the SDK is the answer to one case, not the end of the run.
	defer func() {
		if panicked := recover(); panicked != nil {
			answer = reply{Seq: seq, Status: "errored", Message: fmt.Sprint("panic: ", panicked)}
		}
	}()
	response, err := send(c, r)
	var skipped Skipped
	var rejected Rejected
	switch {
	case errors.As(err, &skipped):
		return reply{Seq: seq, Status: "skipped", Message: err.Error()}
	case errors.As(err, &rejected):
		return reply{Seq: seq, Status: "rejected", Message: err.Error()}
	case err != nil:
		return reply{Seq: seq, Status: "errored", Message: err.Error()}
	}
	if response.Body == nil {
		response.Body = []byte{} // nil would be written as null
	}
	return reply{Seq: seq, Status: "output", Output: &response}
}

// bench returns the reply to a `bench`: a call that failed is nothing to measure.
func bench(answer reply, laps *Laps) reply {
	if answer.Output != nil && answer.Output.Error != "" {
		return reply{Seq: answer.Seq, Status: "errored", Message: answer.Output.Error}
	}
	answer.measured = &measured{laps.calls, laps.elapsed.Nanoseconds()}
	return answer
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "driver:", err)
	os.Exit(1)
}
