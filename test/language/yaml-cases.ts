/** Texts that YAML reads differently from what an admin meant, and what is said about each. */
export interface YamlCase {
  readonly name: string
  readonly text: string
  /** `severity code from-to label`, in order of place. */
  readonly says: readonly string[]
  /** What the first finding tells to type. */
  readonly help?: string
}

export const YAML_CASES: readonly YamlCase[] = [
  // YML701: what cannot be read
  {
    name: 'a quote that is never closed',
    text: "a: 'foo\nb: 1\n",
    says: ['error YML701 1:4-1:5 opened here'],
    help: "end the text with `'`; a quote inside is written twice: `''`",
  },
  { name: 'an apostrophe ends the text', text: "a: 'it's'\n", says: ['error YML701 1:8-1:10 one value too many'] },
  { name: 'a list that is never closed', text: 'a: [x, y\nb: 1\n', says: ['error YML701 1:4-1:5 opened here'] },
  { name: 'a map that is never closed', text: 'a: {x: 1\nb: 1\n', says: ['error YML701 1:4-1:5 opened here'] },
  { name: 'a bracket that closes nothing', text: 'a: ]\n', says: ['error YML701 1:4-1:5 nothing is open here'] },
  {
    name: 'a regular expression in double quotes',
    text: 'a: "\\.exe$"\n',
    says: ['error YML701 1:5-1:7 unknown escape'],
    help: "in single quotes a backslash is just a backslash: '\\.exe$'",
  },
  {
    name: 'a regular expression that begins with a bracket',
    text: 'a: [a-z]+\\.exe$\n',
    says: ['error YML701 1:9-1:16 one value too many'],
    help: 'if all of it is one text, put quotes around the whole',
  },
  {
    name: 'a colon and a space in a text',
    text: 'a: ^foo: bar$\n',
    says: ['error YML701 1:4-1:14 a second `: ` on this line'],
    help: 'if it is a text, quote it: "^foo: bar$"\nif it is a map, begin it on the next line, indented',
  },
  {
    name: 'the same in a flow map',
    text: 'a: {b: c: d}\n',
    says: ['error YML701 1:8-1:12 a second `: ` on this line'],
  },
  {
    name: 'a key without a space behind its colon',
    text: 'a: 1\nkey:value\n',
    says: ['error YML701 2:1-2:10 no space behind the `:`'],
    help: 'write `key: value`',
  },
  { name: 'a line that is no key', text: 'a: 1\nfoo\n', says: ['error YML701 2:1-2:4 no `:` behind it'] },
  {
    name: 'a line indented too little',
    text: 'a:\n  b: 1\n c: 2\n',
    says: ['error YML701 3:2-3:6 starts with 1 space'],
  },
  { name: 'a line indented too far', text: 'a: 1\n  b: 2\n', says: ['error YML701 2:3-2:7 indented too far'] },
  { name: 'a list on the line of its key', text: 'a: - b\n', says: ['error YML701 1:4-1:7 belongs on the next line'] },
  { name: 'a list entry among keys', text: 'a: 1\n- b\n', says: ['error YML701 2:1-2:4 a list entry'] },
  { name: 'a key after a list', text: '- a\nb: 1\n', says: ['error YML701 2:1-2:5 starts without spaces'] },
  { name: 'an entry left out', text: 'a: [x,,y]\n', says: ['error YML701 1:7-1:8 an empty entry'] },
  { name: 'a text that begins with >', text: 'a: >x\n', says: ['error YML701 1:4-1:6 not read as a value'] },
  { name: 'a text that begins with a comma', text: 'a: ,x\n', says: ['error YML701 1:4-1:6 needs quotes'] },
  { name: 'a list as a key', text: '? [a]\n: b\n', says: ['error YML701 1:3-1:6 a map or a list'] },
  { name: 'no key at all', text: ': b\n', says: ['error YML701 1:1-1:2 no key'] },
  { name: 'a second document', text: 'a: 1\n---\nb: 2\n', says: ['error YML701 2:1-2:4 second document'] },
  { name: 'a NUL', text: 'a: x\0y\n', says: ['error YML701 1:5-1:6 not allowed in YAML'] },
  {
    name: 'an escape sequence of a terminal',
    text: 'a: \x1b[31m\n',
    says: ['error YML701 1:4-1:5 not allowed in YAML'],
  },
  { name: 'a carriage return inside a line', text: 'a: x\ry\n', says: ['error YML701 1:5-1:6 not allowed in YAML'] },
  { name: 'only the first of several', text: 'a: [x\nb: "y\nc: ]\n', says: ['error YML701 1:4-1:5 opened here'] },

  // YML704: tabs
  { name: 'a tab before a key', text: 'a:\n  - id: x\n\t  b: y\n', says: ['error YML704 3:1-3:2 tab'] },
  { name: 'a tab after spaces', text: 'a:\n  b: 1\n \tc: 2\n', says: ['error YML704 3:2-3:3 tab'] },
  { name: 'a tab before an entry', text: 'a:\n  - x\n\t- y\n', says: ['error YML704 3:1-3:2 tab'] },
  { name: 'a tab in a block text', text: 'a: |\n\ttext\n', says: ['error YML704 2:1-2:2 tab'] },
  { name: 'a tab where a quoted text goes on', text: 'a: "x\n\ty"\n', says: ['error YML704 2:1-2:2 tab'] },
  { name: 'tabs between words are fine', text: 'a:\tb\nc: d\te\n', says: [] },

  // YML705: merge keys
  {
    name: 'a merge key',
    text: 'base: &base\n  x: 1\nrule:\n  <<: *base\n  y: 2\n',
    says: ['error YML705 4:3-4:12 YAML 1.1 merge key'],
  },
  {
    name: 'a merge key of several',
    text: 'a: &a {x: 1}\nb: &b {y: 1}\nc: { <<: [*a, *b], z: 1 }\n',
    says: ['error YML705 3:6-3:18 YAML 1.1 merge key'],
  },
  { name: 'a quoted merge key is a key', text: '"<<": 1\n', says: [] },

  // YML706: tags
  {
    name: 'a negated network',
    text: '- !1.2.3.0/8\n- b\n',
    says: ['error YML706 1:3-1:13 read as an empty value'],
    help: 'quote it: "!1.2.3.0/8"',
  },
  {
    name: 'a negated IPv6 network',
    text: 'a: [!2001:db8::/32]\n',
    says: ['error YML706 1:5-1:19 read as an empty value'],
  },
  {
    name: 'a tag and a value',
    text: 'a: !foo bar\n',
    says: ['error YML706 1:4-1:12 read as the type of the value behind it'],
  },
  {
    name: 'a standard tag',
    text: 'a: !!str 5\n',
    says: ['error YML706 1:4-1:9 read as the type of the value behind it'],
    help: 'delete `!!str`; a value in quotes is always a text',
  },
  { name: 'a tag definition', text: '%TAG ! x\n---\na: b\n', says: ['error YML706 1:1-1:9 no tags here'] },

  // YML707: duplicate keys
  { name: 'a duplicate key', text: 'a: 1\nb: 2\na: 3\n', says: ['error YML707 3:1-3:2 given again'] },
  { name: 'a duplicate in quotes', text: '{"a": 1, a: 2}\n', says: ['error YML707 1:10-1:11 given again'] },
  { name: 'keys that differ in case', text: 'a: 1\nA: 2\n', says: [] },

  // YML708: values cut off
  {
    name: 'a pattern cut off',
    text: 'a: ^foo #bar\n',
    says: ['error YML708 1:9-1:13 read as a comment'],
    help: 'if it belongs to the value, quote the whole: "^foo #bar"\nif it is a comment, put a space behind the `#`',
  },
  { name: 'a word cut off', text: 'a: foo #bar\n', says: ['warning YML708 1:8-1:12 read as a comment'] },
  { name: 'a message cut off', text: 'message: Ask #help\n', says: ['error YML708 1:14-1:19 read as a comment'] },
  {
    name: 'a bracket closed in the comment',
    text: 'a: no (see # 5)\n',
    says: ['error YML708 1:12-1:16 read as a comment'],
  },
  {
    name: 'a text that goes on below',
    text: 'a: foo #bar\n  baz\nb: 1\n',
    says: ['error YML708 1:8-1:12 read as a comment'],
  },
  { name: 'in a list', text: 'a: [x #y\n  ]\n', says: ['warning YML708 1:7-1:9 read as a comment'] },
  {
    name: 'ordinary comments',
    text: 'a: foo # bar\nb: 25 #smtp\nc: true #yes\nd: x ## y\ne: x #--- y\nf: "x" #y\ng: x#y\nh: (x) # (y)\n  # z\n',
    says: [],
  },

  // YML709: braces
  {
    name: 'braces',
    text: 'a: {x}\n',
    says: ['error YML709 1:4-1:7 a map, not a text'],
    help: 'if it is a text, quote it: "{x}"',
  },
  { name: 'braces of a glob', text: 'a: {x,y}\n', says: ['error YML709 1:4-1:9 a map, not a text'] },
  {
    name: 'a placeholder of other languages',
    text: 'a: {{ sender }}\n',
    says: ['error YML709 1:4-1:16 a map, not a text'],
    help: 'what is filled in is written `"${sender}"`',
  },
  { name: 'a template in a flow list', text: 'a: [${x}, b]\n', says: ['error YML709 1:5-1:9 needs quotes'] },
  { name: 'a repetition in a flow list', text: 'a: [x{1,3}]\n', says: ['error YML709 1:5-1:11 needs quotes'] },
  { name: 'a template by itself', text: 'a: ${x | y}\n', says: [] },

  // YML711: signs
  { name: 'an at sign', text: 'a: @host\n', says: ['error YML711 1:4-1:9 needs quotes'], help: 'quote it: "@host"' },
  {
    name: 'a star and an at sign',
    text: 'a: *@host\n',
    says: ['error YML711 1:4-1:10 needs quotes'],
    help: 'quote it: "*@host"',
  },
  {
    name: 'each entry of a list',
    text: 'a: [*.example.com, @b, "*@c"]\n',
    says: ['error YML711 1:5-1:18 needs quotes', 'error YML711 1:20-1:22 needs quotes'],
  },
  { name: 'a key', text: '*@host: 1\n', says: ['error YML711 1:1-1:7 needs quotes'] },
  { name: 'a percent sign', text: 'a: %{sender}\n', says: ['error YML711 1:4-1:13 needs quotes'] },
  {
    name: 'a percent sign at the start of a file',
    text: '%{sender}: x\n',
    says: ['error YML711 1:1-1:10 needs quotes'],
  },
  { name: 'a backquote', text: 'a: `x`\n', says: ['error YML711 1:4-1:7 needs quotes'] },

  // YML712: directives
  { name: 'YAML 1.1', text: '%YAML 1.1\n---\na: no\n', says: ['error YML712 1:1-1:10 only YAML 1.2 is read'] },
  { name: 'YAML 1.2', text: '%YAML 1.2\n---\na: no\n', says: [] },

  // YML713: anchors and aliases
  { name: 'an alias', text: 'a: &x 1\nb: *x\n', says: ['error YML713 2:4-2:6 stands for what its anchor holds'] },
  { name: 'an anchor nobody uses', text: 'a: &x 1\n', says: ['error YML713 1:4-1:6 names the value behind it'] },
  { name: 'an anchor on nothing', text: 'a: &x\n', says: ['error YML713 1:4-1:6 names the value behind it'] },

  // YML714: nothing
  { name: 'a key with nothing', text: 'when:\nb: 1\n', says: ['error YML714 1:1-1:5 no value'] },
  { name: 'a key with a comment', text: 'when: # later\nb: 1\n', says: ['error YML714 1:1-1:5 no value'] },
  { name: 'a key in a flow map', text: 'a: {x: }\n', says: ['error YML714 1:5-1:6 no value'] },
  { name: 'one key of several', text: 'a: {x: 1, y}\n', says: ['error YML714 1:11-1:12 no value'] },
  { name: 'an entry with nothing', text: 'a:\n  - x\n  -\n', says: ['error YML714 3:3-3:4 no value'] },
  { name: 'an empty file', text: '', says: ['error YML714 1:1-1:1 empty'] },
  { name: 'a file of comments', text: '# nothing yet\n', says: ['error YML714 1:1-1:1 empty'] },
  { name: 'null on purpose is the business of schemas', text: 'a: null\nb: ~\n', says: [] },

  // YML715: limits
  {
    name: 'a character that is not UTF-8',
    text: 'a: caf\ufffd\n',
    says: ['error YML715 1:7-1:8 not a character in UTF-8'],
  },
  { name: '65 lists in each other', text: '['.repeat(65), says: ['error YML715 1:65-1:66 too deep'] },
  {
    name: '65 maps in each other',
    text: Array.from({ length: 65 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
    says: ['error YML715 65:65-65:66 too deep'],
  },

  // several at once, each once
  {
    name: 'three mistakes',
    text: 'a: @x\nb:\nc: !y\nd: 1\n',
    says: [
      'error YML711 1:4-1:6 needs quotes',
      'error YML714 2:1-2:2 no value',
      'error YML706 3:4-3:6 read as an empty value',
    ],
  },
  { name: 'names that JavaScript knows', text: '__proto__: 1\nconstructor: {__proto__: 2}\n', says: [] },
  { name: 'CRLF', text: 'a: 1\r\nb: @x\r\n', says: ['error YML711 2:4-2:6 needs quotes'] },
]
