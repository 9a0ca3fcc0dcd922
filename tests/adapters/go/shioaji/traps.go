package shioaji

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"example.invalid/signproof-go-adapter/protocol"
)

// traps are in the order of findings on one line.
var traps = []string{
	"too-large", "not-utf-8", "byte-order-mark", "server-stops", "not-reached", "python-skips",
	"read-differently", "in-doubt", "substituted", "spaced-comment", "duplicate-key", "overridden",
	"unknown-key", "setting-missing", "credential", "malformed-value", "path-control",
	"path-backslash", "path-not-ascii",
}

var (
	neededKeys   = []string{"SJ_API_KEY", "SJ_CA_PASSWD", "SJ_CA_PATH", "SJ_SEC_KEY"}
	likeOurs     = regexp.MustCompile(`^(?i:SJ_[A-Z_]+)$`)
	milliseconds = regexp.MustCompile(`^[0-9]{1,9}$`)
	control      = regexp.MustCompile(`[\x00-\x1f\x7f]`)
)

// finding is a trap on a line, nil where there is none, with a known key, nil where it has none.
type finding struct {
	Trap string  `json:"trap"`
	Line *int    `json:"line"`
	Key  *string `json:"key"`
}

type findings []finding

// add notes a trap; line 0 and no key are none.
func (f *findings) add(trap string, line int, key string) {
	one := finding{Trap: trap}
	if line > 0 {
		one.Line = &line
	}
	if slices.Contains(knownKeys, key) {
		one.Key = &key
	}
	*f = append(*f, one)
}

func (f findings) sort() {
	place := func(one finding) (line, trap int, key string) {
		if line = int(^uint(0) >> 1); one.Line != nil {
			line = *one.Line
		}
		if one.Key != nil {
			key = *one.Key
		}
		return line, slices.Index(traps, one.Trap), key
	}
	slices.SortStableFunc(f, func(one, other finding) int {
		line, trap, key := place(one)
		otherLine, otherTrap, otherKey := place(other)
		return cmp.Or(cmp.Compare(line, otherLine), cmp.Compare(trap, otherTrap), cmp.Compare(key, otherKey))
	})
}

func inspectEnv(_ credential, wanted wantedEnv) (any, protocol.Stages, error) {
	found := findings{}
	if len(wanted.File) > largestEnv {
		found.add("too-large", 0, "")
		return map[string]any{"findings": found}, nil, nil
	}
	text, environment := string(wanted.File), wanted.variables()
	library, server := readAsLibrary(text, environment), readAsServer(text, environment)
	found.ofFile(text)
	found.ofLines(library, server)
	found.ofKeys(library, server, environment)
	found.ofValues(library, server, environment)
	found.sort()
	return map[string]any{"findings": found}, nil, nil
}

func (f *findings) ofFile(text string) {
	for at, character := range text {
		if _, size := utf8.DecodeRuneInString(text[at:]); character == utf8.RuneError && size == 1 {
			f.add("not-utf-8", 1+strings.Count(text[:at], "\n"), "")
			break
		}
	}
	if strings.HasPrefix(text, "\ufeff") {
		f.add("byte-order-mark", 1, "")
	}
}

// ofLines compares the two readings line by line.
func (f *findings) ofLines(library, server *reading) {
	for _, line := range library.skipped {
		f.add("python-skips", line, "")
	}
	one, other := byLine(library), byLine(server)
	stopped := 0
	if server.stoppedAt != nil {
		stopped = *server.stoppedAt
		f.add("server-stops", stopped, one[stopped].key)
	}
	lines := maps.Clone(one)
	maps.Copy(lines, other)
	for line := range lines {
		key := one[line].key
		if !slices.Contains(knownKeys, key) {
			key = other[line].key
		}
		if one[line].doubtful {
			f.add("in-doubt", line, key)
		}
		if other[line].doubtful {
			f.add("in-doubt", line, key)
		}
		if !slices.Contains(knownKeys, key) {
			continue
		}
		if one[line].spaced {
			f.add("spaced-comment", line, key)
		}
		if stopped > 0 && line > stopped {
			f.add("not-reached", line, key)
		}
		if one[line].substituted || other[line].substituted {
			f.add("substituted", line, key)
		}
		reached := stopped == 0 || line < stopped
		if reached && library.stoppedAt == nil && differ(one, other, line) {
			f.add("read-differently", line, key)
		}
	}
}

func byLine(read *reading) map[int]setting {
	found := map[int]setting{}
	for _, one := range read.settings {
		found[one.line] = one
	}
	return found
}

// differ tells whether one alone has a line, or both with another value.
func differ(one, other map[int]setting, line int) bool {
	mine, isMine := one[line]
	its, isIts := other[line]
	if !isMine || !isIts {
		return true
	}
	return mine.value != nil && its.value != nil && *mine.value != *its.value
}

// ofKeys notes keys that stand twice, are beaten, misspelt or missing.
func (f *findings) ofKeys(library, server *reading, environment variables) {
	settings := library.settings
	if len(settings) == 0 {
		settings = server.settings
	}
	seen := map[string]bool{}
	for _, one := range settings {
		isKnown := slices.Contains(knownKeys, one.key)
		if isKnown && seen[one.key] {
			f.add("duplicate-key", one.line, one.key)
		}
		seen[one.key] = true
		own := environment[one.key]
		if isKnown && own != nil && (one.value == nil || *own != *one.value) {
			f.add("overridden", one.line, one.key)
		}
		isKnown = isKnown || slices.Contains(knownByName, one.key)
		if !isKnown && likeOurs.MatchString(one.key) {
			f.add("unknown-key", one.line, "")
		}
	}
	for _, read := range []*reading{library, server} {
		for _, key := range neededKeys {
			value := read.final(key, environment)
			_, stands := read.file[key]
			inDoubt := value == nil && stands
			if !inDoubt && (value == nil || *value == "") {
				f.add("setting-missing", 0, key)
			}
		}
	}
}

// wrongValue is a trap in what is read of a key; why tells two of one trap apart.
type wrongValue struct{ trap, key, why string }

// ofValues notes values that are not what their keys take; what both readers read is noted once.
func (f *findings) ofValues(library, server *reading, environment variables) {
	noted := map[wrongValue]bool{}
	for _, read := range []*reading{library, server} {
		lines := map[string]int{}
		for _, one := range read.settings {
			if lines[one.key] == 0 || read == library {
				lines[one.key] = one.line
			}
		}
		for _, wrong := range read.wrongValues(environment) {
			if !noted[wrong] {
				f.add(wrong.trap, lines[wrong.key], wrong.key)
			}
			noted[wrong] = true
		}
	}
}

func (r *reading) wrongValues(environment variables) []wrongValue {
	value := func(key, otherwise string) string {
		if found := r.final(key, environment); found != nil {
			return *found
		}
		return otherwise
	}
	var found []wrongValue
	note := func(is bool, trap, key, why string) {
		if is {
			found = append(found, wrongValue{trap, key, why})
		}
	}
	key, secret := value("SJ_API_KEY", ""), value("SJ_SEC_KEY", "")
	wrong := wrongKey(key)
	note(wrong != "" && wrong != "empty", "credential", "SJ_API_KEY", wrong)
	wrong = wrongSecret(secret)
	note(wrong != "" && wrong != "empty", "credential", "SJ_SEC_KEY", wrong)
	note(key != "" && key == secret, "credential", "SJ_SEC_KEY", "same-twice")
	for _, key := range []string{"SJ_PRODUCTION", "SJ_HTTP_AUTH"} {
		said := value(key, "true")
		note(said != "true" && said != "false", "malformed-value", key, "")
	}
	window := value("SJ_RECEIVE_WINDOW", "1")
	some := milliseconds.MatchString(window) && strings.Trim(window, "0") != ""
	note(!some, "malformed-value", "SJ_RECEIVE_WINDOW", "")
	path := value("SJ_CA_PATH", "")
	note(control.MatchString(path), "path-control", "SJ_CA_PATH", "")
	note(strings.Contains(path, `\`), "path-backslash", "SJ_CA_PATH", "")
	isOther := func(r rune) bool { return r > 0x7f }
	note(strings.ContainsFunc(path, isOther), "path-not-ascii", "SJ_CA_PATH", "")
	return found
}
