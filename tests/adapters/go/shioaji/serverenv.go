package shioaji

import (
	"errors"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// unicodeSpace are the characters that Unicode calls white space.
const unicodeSpace = "\t\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007" +
	"\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\n"

var (
	errStop  = errors.New("reading stops")
	errDoubt = errors.New("not known")

	serverSetting = regexp.MustCompile(`(?s)^(?:export` + someSpace + `+)?([A-Za-z_][A-Za-z0-9_.]*)` +
		someSpace + `*=` + someSpace + `*(.*)$`)
	someSpace = `[` + unicodeSpace + `]`
	// A value may end with a space or tab and what follows here.
	afterSpace = regexp.MustCompile(`(?s)^[ \t]*(#.*)?$`)
	escaped    = map[rune]string{'n': "\n", '$': "$", ' ': " ", '\'': "'", '"': `"`, '\\': `\`}
)

// readAsServer reads as the server does.
func readAsServer(text string, environment variables) *reading {
	found := &reading{file: variables{}}
	lines := strings.SplitAfter(strings.TrimPrefix(text, "\ufeff"), "\n")
	for at := 0; at < len(lines); {
		number, first := at+1, lines[at]
		blank := strings.Trim(first, unicodeSpace)
		if utf8.ValidString(first) && (blank == "" || blank[0] == '#') {
			at++
			continue
		}
		statement, count, err := statementOf(lines[at:])
		at += count
		one := setting{line: number}
		if err == nil && strings.Trim(statement, unicodeSpace) != "" {
			err = one.readAsServer(strings.Trim(statement, unicodeSpace), both(environment, found.file))
		}
		if errors.Is(err, errStop) {
			found.stoppedAt = &number
			return found
		}
		if err != nil {
			one.value, one.doubtful, one.substituted = nil, true, false
		}
		if one.key != "" {
			found.addFirst(one)
		}
	}
	return found
}

// statementOf joins the lines that belong together, without their comment, and counts them.
func statementOf(lines []string) (statement string, count int, err error) {
	// quote is the open quotation mark, zero for none; what may matter of the character before
	// is whether it was white space, or a backslash that takes this one along.
	var quote rune
	var spaced, taken bool
	for _, line := range lines {
		count++
		if !utf8.ValidString(line) {
			return "", count, errStop
		}
		for at, character := range line {
			switch {
			case taken:
				taken = false
			case character == '\\':
				taken, spaced = true, false
			case quote != 0:
				if character == quote {
					quote = 0
				}
			case character == '\'' || character == '"':
				quote, spaced = character, false
			case spaced && character == '#':
				return statement + line[:at], count, nil
			default:
				isSpace := strings.ContainsRune(unicodeSpace, character) && !strings.ContainsRune("\r\n", character)
				spaced = isSpace && !spaced
			}
		}
		statement += line
		if quote == 0 && !spaced && !taken {
			return statement, count, nil
		}
	}
	return "", count, errStop
}

func (one *setting) readAsServer(statement string, seen variables) error {
	parts := serverSetting.FindStringSubmatch(statement)
	if parts == nil {
		return errStop
	}
	one.key = parts[1]
	value, err := "", error(nil)
	if !strings.HasPrefix(parts[2], "#") {
		value, err = one.serverValue([]rune(parts[2]), seen)
	}
	if _, stands := seen[one.key]; err == nil && !stands && strings.Contains(value, "\x00") {
		return errStop
	}
	one.value = &value
	return err
}

// serverValue reads a value; the rest is what is still to be read.
func (one *setting) serverValue(rest []rune, seen variables) (string, error) {
	value := strings.Builder{}
	var quote rune
	for len(rest) > 0 {
		character := rest[0]
		rest = rest[1:]
		switch {
		case character == quote:
			quote = 0
		case quote == '\'':
			value.WriteRune(character)
		case character == '$':
			name, kept, behind, err := serverName(rest)
			if err != nil {
				return "", err
			}
			put, isKnown := seen.value(name, "")
			length := utf8.RuneCountInString(value.String()) + utf8.RuneCountInString(put)
			if !isKnown || length > largestEnv {
				return "", errDoubt
			}
			one.substituted, rest = true, behind
			value.WriteString(put + kept)
		case character == '\\' && len(rest) > 0:
			meaning, stands := escaped[rest[0]]
			if !stands {
				return "", errStop
			}
			rest = rest[1:]
			value.WriteString(meaning)
		case character == '\\':
		case quote == 0 && (character == '\'' || character == '"'):
			quote = character
		case quote == 0 && (character == ' ' || character == '\t'):
			if !afterSpace.MatchString(string(rest)) {
				return "", errStop
			}
			rest = nil
		default:
			value.WriteRune(character)
		}
	}
	if quote != 0 {
		return "", errStop
	}
	return value.String(), nil
}

// serverName is the name behind a dollar sign, and the character that ends it and is kept.
func serverName(rest []rune) (name, kept string, behind []rune, err error) {
	if len(rest) > 0 && rest[0] == '{' {
		name, tail, closed := strings.Cut(string(rest[1:]), "}")
		if !closed {
			return "", "", nil, errStop
		}
		return name, "", []rune(tail), nil
	}
	end := 0
	for end < len(rest) && (unicode.IsLetter(rest[end]) || unicode.IsNumber(rest[end])) {
		end++
	}
	name = string(rest[:end])
	if end == len(rest) || rest[end] == '$' {
		return name, "", rest[end:], nil
	}
	if rest[end] > unicode.MaxASCII && (unicode.IsMark(rest[end]) || unicode.IsSymbol(rest[end])) {
		return "", "", nil, errDoubt
	}
	return name, string(rest[end]), rest[end+1:], nil
}
