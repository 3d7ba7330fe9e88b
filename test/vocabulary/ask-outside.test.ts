/** sql, ldap, http: what a client writes stays a value, what is wrong is found at load, what comes back is read as text. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { questionSent, questionShown } from '../../src/core/question.ts'
import { VOCABULARY } from '../../src/cli/wiring.ts'
import { questionFault } from '../../src/ports/questions/open-question.ts'
import { LONGEST_VALUE } from '../../src/vocabulary/shared/ask-outside.ts'
import { columnsOf } from '../../src/vocabulary/shared/sql-text.ts'
import { asking, httpQuestion, ldapQuestion, said, sqlQuestion } from '../ports/questions/questions.ts'
import { findingLines, loadTexts, sound, tell } from '../compiler/memory-site.ts'

const SITE = 'hostname: mx.example.org\nplugins: [./a.yaml]\n'

const load = (match: string, hook = 'rcpt') => {
  const rules = `plugin: a\nhooks:\n  ${hook}:\n    - id: one\n      match:\n        ${match}\n      return: DENY\n`
  return loadTexts({ 'postern.yaml': SITE, 'a.yaml': rules }, {}, VOCABULARY, { questionFault })
}

const sqlWith = (query: string, more = ''): string =>
  `sql: { database: "sqlite:x.db", query: ${JSON.stringify(query)}${more} }`
const ldapWith = (filter: string, more = ''): string =>
  `ldap: { url: "ldap://h", base: dc=x, tls: none, filter: ${JSON.stringify(filter)}${more} }`
const httpWith = (url: string, more = ''): string => `http: { url: ${JSON.stringify(url)}${more} }`

const ANY_TEXT = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...'\'"`\\*()|&=!%?#/.:@$ \0\r\n\t-;ä\u202e'.split(''), '\ud800') }),
)

describe('whatever a client writes', () => {
  it('is one value of a query', async () => {
    const { ask, close } = asking(
      sqlQuestion('SELECT ${x} AS v, length(${y}) AS n', { database: 'sqlite:/dev/null', columns: ['v', 'n'] }),
    )
    await fc.assert(
      fc.asyncProperty(ANY_TEXT, fc.integer({ min: 0, max: 50 }), async (value, length) => {
        const found = said(await ask(value, 'x'.repeat(length)))
        const line = value.toWellFormed().replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
        assert.deepEqual(found, { v: line, n: String(length) })
      }),
      { numRuns: 200 },
    )
    await close()
  })

  it('is one value of a filter, and can be read back', () => {
    const question = ldapQuestion('(&(mail=${x})(o=${y}))', { url: 'ldap://h' })
    fc.assert(
      fc.property(ANY_TEXT, ANY_TEXT, (one, other) => {
        const sent = questionSent(question, { values: [one, other] })
        const values = /^\(&\(mail=([^()*\0]*)\)\(o=([^()*\0]*)\)\)$/.exec(sent)
        const read = values
          ?.slice(1)
          .map((text) => text.replace(/\\(..)/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))))
        assert.deepEqual(read, [one, other])
      }),
    )
  })

  it('is one value of a URL, of the server that the rule names', () => {
    const question = httpQuestion('https://policy.example/a/${x}/b?y=${y}&z=1')
    fc.assert(
      fc.property(ANY_TEXT, ANY_TEXT, (one, other) => {
        fc.pre(!/^\.{0,2}$/.test(one))
        const url = new URL(questionSent(question, { values: [one, other] }))
        assert.equal(url.origin, 'https://policy.example')
        const [path = ''] = url.pathname.split('/').slice(2)
        assert.equal(decodeURIComponent(path), one.toWellFormed())
        assert.deepEqual(
          [...url.searchParams],
          [
            ['y', other.toWellFormed()],
            ['z', '1'],
          ],
        )
      }),
    )
  })

  it('is asked about in one line', () => {
    const text = 'SELECT a\n  FROM t WHERE b = ${x}'
    const shown = questionShown(sqlQuestion(text, { database: 'sqlite:x' }), { values: ["o'hara"] })
    assert.equal(shown, "SELECT a FROM t WHERE b = 'o''hara'")
  })
})

describe('a secret', () => {
  it('is not in what people are shown', () => {
    const url = 'https://h/x?apikey=abc&Token=def&ip=${remote_ip}&k=${env.KEY}'
    const shown = questionShown(httpQuestion(url), { values: ['192.0.2.7', 'sesame'] })
    assert.equal(shown, 'GET /x?apikey=…&Token=…&ip=192.0.2.7&k=${env.KEY}')
  })
})

const PATTERNS = [
  'LIKE ${sender}',
  "not like '%.' || ${sender}",
  'IN (1) AND (c ILIKE lower(trim(${sender})))',
  '~* ${sender}',
  'GLOB ${sender}',
  'SIMILAR TO ${sender}',
  "= ${helo} OR b REGEXP CONCAT('^', ${sender})",
]

const FAULTS: readonly (readonly [match: string, line: RegExp])[] = [
  [
    sqlWith("SELECT a FROM t WHERE b = '${sender}'"),
    /:6:\d+ CFG112 `sql`: `\$\{sender\}` stands in quotes: it is a value by itself/,
  ],
  [sqlWith('SELECT a FROM t -- ${sender}'), /CFG112 `sql`: `\$\{sender\}` stands in a comment/],
  ...PATTERNS.map(
    (pattern) =>
      [
        sqlWith(`SELECT a FROM t WHERE b ${pattern}`),
        /CFG112 `sql`: `\$\{sender\}` is a value, and would be a pattern/,
      ] as const,
  ),
  [sqlWith('SELECT * FROM t'), /CFG112 `sql`: column 1 of the query has no name/],
  [sqlWith('SELECT count(*) FROM t'), /column 1 of the query has no name: write `… AS name`/],
  [sqlWith('SELECT a, b AS a FROM t'), /two columns are named `a`/],
  [sqlWith('DELETE FROM t'), /the query begins with SELECT or WITH: it only reads/],
  [sqlWith('SELECT a FROM t; DROP TABLE t'), /one query, without `;`/],
  [sqlWith('SELECT a INTO b FROM t'), /the query has INTO: it only reads/],
  [sqlWith('SELECT a FROM t WHERE b = $$1'), /the query has `\$1`; a value is written/],
  [sqlWith('SELECT a FROM t WHERE b = ${sendr}'), /TPL502 unknown name `sendr`/],
  [sqlWith('SELECT a FROM t', ', password: sesame'), /a secret has no place in rules; write `password: env:NAME`/],
  ['sql: { database: "oracle:x", query: "SELECT a FROM t" }', /the database is `sqlite:FILE`, `postgres:/],
  ['sql: { database: "postgres://u:secret@h/d", query: "SELECT a FROM t" }', /a password has no place in rules/],
  [`${sqlWith('SELECT a FROM t')}\n        sql.b: x`, /CFG106 unknown fact or word `sql.b`/],
  [ldapWith('mail=${rcpt}'), /the filter stands in parentheses/],
  [ldapWith('(${rcpt}=x)'), /CFG112 `ldap`: `\$\{rcpt\}` is a value: it stands behind a `=`/],
  [ldapWith('(mail=x)', ', bind: { dn: cn=x, password: sesame }'), /a secret has no place in rules/],
  ['ldap: { url: "ldap://h/dc=x", base: dc=x, filter: "(a=b)" }', /`url` is `ldap:\/\/HOST:PORT`/],
  ['ldap: { url: "http://h", base: dc=x, filter: "(a=b)" }', /`url` is `ldap:\/\/HOST:PORT`/],
  [httpWith('https://${helo}/x'), /CFG112 `http`: `\$\{helo\}` stands behind the name of the server, which is fixed/],
  [httpWith('https://a.${helo}/x'), /stands behind the name of the server/],
  [httpWith('https://h:${remote_port}/x'), /stands behind the name of the server/],
  [httpWith('${helo}'), /stands behind the name of the server/],
  [httpWith('https://h'), /the URL is `https:\/\/HOST\/PATH`/],
  [httpWith('ftp://h/x'), /the URL is/],
  [httpWith('https://u:p@h/x'), /a password has no place in a URL/],
  [httpWith('https://h/x#${helo}'), /behind `#` is not sent/],
  [httpWith('https://h/../x'), /dots alone/],
  [httpWith('http://h/x'), /by plain `http:` may be anybody's/],
  [httpWith('https://h/x', ', send: [sender]'), /`send` goes with `method: POST`/],
  [httpWith('https://h/x', ', method: POST, send: [sendr]'), /TPL502 unknown name `sendr`/],
  [httpWith('https://h/x', ', method: POST, send: [env.KEY]'), /may be a secret/],
  [httpWith('https://h/x', ', token: abc'), /a secret has no place in rules; write `token: env:NAME`/],
  [httpWith('https://h/x', ', values: ["a..b"]'), /CFG/],
]

describe('what is wrong', () => {
  for (const [match, line] of FAULTS)
    it(`is found at load: ${match}`, async () => {
      const lines = findingLines((await load(match)).report)
      assert.equal(lines.length, 1, lines.join('\n'))
      assert.match(lines[0] ?? '', line)
    })

  for (const where of [
    '${sender} LIKE pattern',
    "a LIKE 'x%' AND b = ${sender}",
    "a LIKE 'x%' ESCAPE ${sender}",
    "a IN (SELECT b FROM u WHERE b LIKE 'x') AND c = ${sender}",
    "CASE WHEN a LIKE 'x' THEN ${sender} ELSE b END = a",
    "a = 'LIKE' AND ${sender} ~ b",
  ])
    it(`is not a value beside a pattern: ${where}`, async () =>
      assert.deepEqual(findingLines((await load(sqlWith(`SELECT a FROM t WHERE ${where}`))).report), []))

  it('is also that a fact is not known yet', async () => {
    const { report } = await load(sqlWith('SELECT a FROM t WHERE b = ${rcpt}'), 'mail')
    assert.deepEqual(findingLines(report), ['a.yaml:6:77 HOK402 `rcpt` is not known yet in hook `mail`'])
  })
})

describe('the columns of a query', () => {
  const GOOD: Readonly<Record<string, readonly string[]>> = {
    'select action, t.reason from access t': ['action', 'reason'],
    'SELECT DISTINCT "a", `b`, max(c) AS d, (SELECT x FROM y) e FROM t': ['a', 'b', 'd', 'e'],
    "SELECT 'x, FROM' AS a, /* , b */ c -- , d\n FROM t": ['a', 'c'],
    'WITH x AS (SELECT a, b FROM t) SELECT c FROM x UNION SELECT d FROM x;': ['c'],
    'SELECT case when ${helo | ${remote_ip}} then 1 end AS a': ['a'],
    'SELECT 1 AS one': ['one'],
  }
  for (const [query, names] of Object.entries(GOOD)) it(query, () => assert.deepEqual(columnsOf(query), names))
  for (const query of [
    'SELECT a, NULL FROM t',
    'SELECT case when a then b end FROM t',
    "SELECT 'x' FROM t",
    'SELECT FROM t',
    '',
  ])
    it(`has one without a name: ${query}`, () => assert.throws(() => columnsOf(query)))
})

const session = { remote_ip: '192.0.2.7', sender: 'ann@example.net', rcpt: 'bob@example.org', helo: 'h' }

describe('a rule', () => {
  const codeFor = async (match: string, given: object): Promise<string | undefined> => {
    const told = await tell(sound(await load(match)), { ...session, ...given })
    return told.decisions.find(({ hook }) => hook === 'rcpt')?.return
  }
  const score = (values: unknown) => ({ http: { 'https://h': { 'GET /x': values } } }) as object
  const gt = `${httpWith('https://h/x', ', values: [score]')}\n        http.score: { gt: 5 }`
  const CASES: readonly (readonly [string, string, object, string])[] = [
    ['compares what is found as a number', gt, score({ score: 6 }), 'DENY'],
    ['compares what is found as a number', gt, score({ score: '5' }), 'DECLINED'],
    ['a text that is no number tells nothing', gt, score({ score: 'high' }), 'DENYSOFT'],
    ['nor does an empty one', gt, score({ score: '' }), 'DENYSOFT'],
    ['what is absent is no number', gt, score({}), 'DECLINED'],
    ['nobody answers: unknown is to come again', gt, score('FAILED'), 'DENYSOFT'],
    ['a miss', gt, score('NONE'), 'DECLINED'],
    ['hit_when true', httpWith('https://h/x', ', hit_when: listed'), score({ listed: true }), 'DENY'],
    ['hit_when false', httpWith('https://h/x', ', hit_when: listed'), score({ listed: false }), 'DECLINED'],
    ['hit_when 0', httpWith('https://h/x', ', hit_when: listed'), score({ listed: 0 }), 'DECLINED'],
    ['hit_when absent', httpWith('https://h/x', ', hit_when: listed'), score({}), 'DECLINED'],
    ['an absent fact in a filter asks for nothing', ldapWith('(uid=${auth.user})'), {}, 'DECLINED'],
    ['an absent fact in a path asks for nothing', httpWith('https://h/${auth.user}'), {}, 'DECLINED'],
    ['a step in a path is unknown', httpWith('https://h/a/${helo}/b'), { helo: '..' }, 'DENYSOFT'],
    ['a step with slashes in a path is unknown', httpWith('https://h/a${helo}'), { helo: '/../x' }, 'DENYSOFT'],
    [
      'a fact that could not be found out is not asked about',
      sqlWith('SELECT a FROM t WHERE b = ${remote_host}'),
      { dns: { '7.2.0.192.in-addr.arpa PTR': 'SERVFAIL' } },
      'DENYSOFT',
    ],
    [
      'the null sender is <>',
      sqlWith('SELECT a FROM t WHERE b = ${sender}'),
      { sender: '', sql: { 'sqlite:x.db': { "SELECT a FROM t WHERE b = '<>'": { a: 1 } } } },
      'DENY',
    ],
    [
      'a fallback is a value',
      sqlWith('SELECT a FROM t WHERE b = ${auth.user | nobody}'),
      { sql: { 'sqlite:x.db': { "SELECT a FROM t WHERE b = 'nobody'": { a: 1 } } } },
      'DENY',
    ],
    [
      'an absent fact is NULL',
      sqlWith('SELECT a FROM t WHERE b IS ${auth.user}'),
      { sql: { 'sqlite:x.db': { 'SELECT a FROM t WHERE b IS NULL': { a: 1 } } } },
      'DENY',
    ],
  ]
  for (const [name, match, given, code] of CASES)
    it(`${name}: ${code}`, async () => assert.equal(await codeFor(match, given), code))

  it('sends facts with their types', async () => {
    const match = httpWith('https://h/x', ', method: POST, send: [sender, relay_client, rcpt.count, auth.user]')
    const body = '{"sender":"ann@example.net","relay_client":false,"rcpt.count":0,"auth.user":null}'
    assert.equal(await codeFor(match, { http: { 'https://h': { [`POST /x ${body}`]: {} } } }), 'DENY')
  })

  it('does not ask about what is longer than a value may be', async () => {
    const match = sqlWith('SELECT a FROM t WHERE b = ${env.LONG}')
    const sql = { 'sqlite:x.db': { 'SELECT a FROM t WHERE b = ${env.LONG}': { a: 1 } } }
    assert.equal(await codeFor(match, { env: { LONG: 'x'.repeat(LONGEST_VALUE) }, sql }), 'DENY')
    assert.equal(await codeFor(match, { env: { LONG: 'x'.repeat(LONGEST_VALUE + 1) }, sql }), 'DENYSOFT')
  })
})
