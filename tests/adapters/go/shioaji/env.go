package shioaji

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.invalid/signproof-go-adapter/protocol"
)

// largestEnv counts octets of a file, and characters of a value with variables in it.
const largestEnv = 16_384

var knownKeys = []string{
	"SJ_API_KEY", "SJ_CA_PASSWD", "SJ_CA_PATH", "SJ_HTTP_ADDR", "SJ_HTTP_AUTH", "SJ_PRODUCTION",
	"SJ_RECEIVE_WINDOW", "SJ_SEC_KEY",
}

var knownByName = strings.Fields(`
	SJ_PROXY SJ_HOME_PATH SJ_TIMEOUT SJ_AGENT_HARNESS SJ_AGENT_HARNESS_SECRET
	SJ_AGENT_HARNESS_INITIAL_ENABLED SJ_AGENT_HARNESS_BROKER_SOCKET SJ_AGENT_HARNESS_BROKER_URL
	SJ_AGENT_HARNESS_BROKER_TOKEN SJ_HTTP_ALLOWED_ORIGINS SJ_HTTP_CORS SJ_HTTP_TIMEOUT SJ_HTTP_LOG
	SJ_HTTP_TLS_CERT SJ_HTTP_TLS_KEY SJ_HTTP_ACME_DOMAINS SJ_HTTP_ACME_CONTACTS SJ_HTTP_ACME_CACHE
	SJ_HTTP_ACME_DIRECTORY_NAME SJ_HTTP_ACME_DIRECTORY_URL SJ_HTTP3 SJ_UDS_PATH SJ_UDS_DISABLE
	SJ_LOG_DIR SJ_CONTRACTS_PATH SJ_LOG_PATH SJ_BIND_ADDR
`)

type wantedEnv struct {
	File        []byte      `json:"file_b64"`
	Dialect     string      `json:"dialect"`
	Environment [][2]string `json:"environment"`
}

// variables are values by their names; nil is one that is not known.
type variables map[string]*string

func (v variables) value(name, otherwise string) (string, bool) {
	found, stands := v[name]
	if !stands {
		return otherwise, true
	}
	if found == nil {
		return "", false
	}
	return *found, true
}

func (wanted wantedEnv) variables() variables {
	environment := variables{}
	for _, pair := range wanted.Environment {
		environment[pair[0]] = &pair[1]
	}
	return environment
}

// setting is one as it was read; its value is nil where it is not known.
type setting struct {
	line  int
	key   string
	value *string
	// doubtful is a value that is not known for another reason than that its key stood before.
	doubtful bool
	// substituted is a value into which a variable was put.
	substituted bool
	// spaced is white space and a comment in the place of a value.
	spaced bool
}

// reading is all that a reader reads of a file.
type reading struct {
	settings []setting
	// file has the value of each key that counts.
	file variables
	// skipped are lines that the reader cannot read.
	skipped []int
	// stoppedAt is nil where the reader came to the end.
	stoppedAt *int
}

func (r *reading) add(one setting) {
	r.settings = append(r.settings, one)
	r.file[one.key] = one.value
}

// addFirst adds a setting that counts only where its key did not stand before.
func (r *reading) addFirst(one setting) {
	r.settings = append(r.settings, one)
	if _, stands := r.file[one.key]; !stands {
		r.file[one.key] = one.value
	}
}

func readEnv(_ credential, wanted wantedEnv) (any, protocol.Stages, error) {
	environment := wanted.variables()
	read := readAsLibrary
	if wanted.Dialect == "server" {
		read = readAsServer
	}
	found := read(string(wanted.File), environment)
	values := [][2]string{}
	for _, key := range knownKeys {
		if value := found.final(key, environment); value != nil {
			values = append(values, [2]string{key, *value})
		}
	}
	return map[string]any{"values": values, "stopped_at": found.stoppedAt}, nil, nil
}

// final is the value of a key that counts, nil where there is none, or none that is known.
func (r *reading) final(key string, environment variables) *string {
	if value := environment[key]; value != nil {
		return value
	}
	return r.file[key]
}

// both are the values that a variable may have: the environment's before the file's.
func both(environment, file variables) variables {
	all := variables{}
	for _, one := range []variables{file, environment} {
		for name, value := range one {
			all[name] = value
		}
	}
	return all
}

var braced = regexp.MustCompile(`\$\{([^}:]*)(?::-([^}]*))?\}`)

// readAsLibrary reads as python-dotenv does.
func readAsLibrary(text string, environment variables) *reading {
	found := &reading{file: variables{}}
	if !utf8.ValidString(text) {
		first := 1
		found.stoppedAt = &first
		return found
	}
	text = strings.TrimPrefix(text, "\ufeff")
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	lines := strings.Count(text, "\n")
	for rest := trimLeft(text, true); rest != ""; rest = trimLeft(rest, true) {
		one := setting{line: 1 + lines - strings.Count(rest, "\n")}
		var isRead, isSetting bool
		if isRead, isSetting, rest = one.read(rest); !isRead {
			found.skipped = append(found.skipped, one.line)
		} else if isSetting {
			one.substitute(both(environment, found.file))
			found.add(one)
		}
	}
	return found
}

func (one *setting) substitute(seen variables) {
	known := true
	value := braced.ReplaceAllStringFunc(*one.value, func(reference string) string {
		name := braced.FindStringSubmatch(reference)
		one.substituted = true
		put, isKnown := seen.value(name[1], name[2])
		known = known && isKnown
		return put
	})
	one.value = &value
	if !known || utf8.RuneCountInString(value) > largestEnv {
		one.value, one.doubtful = nil, true
	}
}

// read reads one setting, or a comment. The rest begins at a line's end or after it.
func (one *setting) read(text string) (isRead, isSetting bool, rest string) {
	if after, found := strings.CutPrefix(text, "export"); found && trimLeft(after, false) != after {
		text = trimLeft(after, false)
	}
	one.key, text, isRead = readKey(text)
	if !isRead {
		return false, false, nextLine(text)
	}
	value := ""
	text, hasValue := strings.CutPrefix(trimLeft(text, false), "=")
	if hasValue {
		behind := trimLeft(text, false)
		one.spaced = behind != text && strings.HasPrefix(behind, "#")
		text = behind
	}
	if hasValue && !one.spaced {
		if value, text, isRead = readValue(text); !isRead {
			return false, false, nextLine(text)
		}
	}
	one.value = &value
	// Nothing but a comment may follow.
	tail := trimLeft(text, false)
	ends := tail == "" || tail[0] == '\n' || tail[0] == '#'
	return ends, hasValue, nextLine(text)
}

// readKey reads a key, which is empty where a comment starts.
func readKey(text string) (key, rest string, read bool) {
	if strings.HasPrefix(text, "#") {
		return "", text, true
	}
	if inside, found := strings.CutPrefix(text, "'"); found {
		key, rest, closed := strings.Cut(inside, "'")
		if !closed || key == "" {
			return "", text, false
		}
		return key, rest, true
	}
	end := strings.IndexFunc(text, func(r rune) bool { return r == '=' || r == '#' || isSpace(r) })
	if end < 0 {
		end = len(text)
	}
	return text[:end], text[end:], end > 0
}

var (
	singleQuoted = regexp.MustCompile(`(?s)^'((?:\\.|[^'\\])*)'`)
	doubleQuoted = regexp.MustCompile(`(?s)^"((?:\\.|[^"\\])*)"`)
	// A backslash and what it escapes are taken together, so that the second of two escapes nothing.
	singleEscapes = strings.NewReplacer(`\\`, `\`, `\'`, `'`)
	doubleEscapes = strings.NewReplacer(`\\`, `\`, `\'`, `'`, `\"`, `"`, `\a`, "\a", `\b`, "\b",
		`\f`, "\f", `\n`, "\n", `\r`, "\r", `\t`, "\t", `\v`, "\v")
)

func readValue(text string) (value, rest string, read bool) {
	if text == "" || text[0] == '\n' {
		return "", text, true
	}
	if text[0] == '\'' || text[0] == '"' {
		shape, escapes := singleQuoted, singleEscapes
		if text[0] == '"' {
			shape, escapes = doubleQuoted, doubleEscapes
		}
		found := shape.FindStringSubmatch(text)
		if found == nil {
			return "", text, false
		}
		return escapes.Replace(found[1]), text[len(found[0]):], true
	}
	value, _, _ = strings.Cut(text, "\n")
	rest = text[len(value):]
	for at, character := range value {
		if isSpace(character) && strings.HasPrefix(trimLeft(value[at:], true), "#") {
			value = value[:at]
			break
		}
	}
	return strings.TrimRightFunc(value, isSpace), rest, true
}

// trimLeft leaves out white space, with line ends or without.
func trimLeft(text string, lines bool) string {
	return strings.TrimLeftFunc(text, func(r rune) bool { return isSpace(r) && (lines || r != '\n') })
}

// isSpace is white space as Python's.
func isSpace(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f }

func nextLine(text string) string {
	_, rest, _ := strings.Cut(text, "\n")
	return rest
}
