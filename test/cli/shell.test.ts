/** `postern shell`: a session typed by hand; the server's own replies, and who decided behind each. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { runPostern } from '../support/run-postern.ts'

const SITE = ['shell', '-s', 'examples/01-hello/postern.yaml', '--ip', '192.0.2.7']
const KNOWN = ['--host', 'mail.friend.example', '--dns', '7.2.0.192.bl.example A=NXDOMAIN']

function typed(args: readonly string[], ...lines: readonly string[]): readonly string[] {
  const { code, stdout } = runPostern([...SITE, ...args], lines.map((line) => `${line}\n`).join(''))
  assert.equal(code, 0)
  return stdout.trimEnd().split('\n')
}

/** Without the traces. */
function replies(args: readonly string[], ...lines: readonly string[]): readonly string[] {
  return typed(args, ...lines).filter((line) => !line.startsWith(' '))
}

const ENVELOPE = ['HELO mail.friend.example', 'MAIL FROM:<ann@friend.example>', 'RCPT TO:<bob@example.org>']
const GREETED = [
  '220 mx.example.org ESMTP Postern ready',
  '250 mx.example.org Hi mail.friend.example [192.0.2.7]',
  '250 2.1.0 <ann@friend.example>, sender OK',
]

describe('shell', () => {
  it('says who decided behind each reply', () => {
    const lines = typed(KNOWN, ...ENVELOPE.slice(0, 2), 'RCPT TO:<x@elsewhere.example>', 'QUIT')
    const places = lines.map((line) => line.replace(/\.yaml:\d+:/, '.yaml:N:'))
    assert.deepEqual(places, [
      ...GREETED,
      '550 5.7.1 Relaying denied',
      '    rcpt x@elsewhere.example  550 5.7.1 Relaying denied',
      '      rule    rcpt_ok/foreign  builtins/rcpt_ok.yaml:N:7',
      '      hit     rcpt_ok/foreign → DENY  builtins/rcpt_ok.yaml:N:7',
      '221 2.0.0 mx.example.org closing connection. Have a wonderful day.',
    ])
  })

  it('takes a message line by line, and delivers nothing', () => {
    const said = replies(KNOWN, ...ENVELOPE, 'DATA', 'Subject: hi', '', 'QUIT', '..', '.', 'QUIT')
    assert.deepEqual(said.slice(3, 5), [
      '250 2.1.5 <bob@example.org>, recipient ok',
      '354 Go ahead; end with a dot on a line of its own',
    ])
    assert.match(said[5] ?? '', /^250 2\.0\.0 Queued by maildir.* \(nothing was delivered: offline\)$/)
    assert.match(said[6] ?? '', /^221 /)
  })

  it('takes a message in chunks', () => {
    const said = replies(KNOWN, ...ENVELOPE, 'BDAT 15 LAST', 'Subject: hi', '', 'QUIT')
    assert.match(said[4] ?? '', /^250 2\.0\.0 /)
    assert.match(said[5] ?? '', /^221 /)
  })

  it('ends when the input does', () => {
    assert.deepEqual(replies(KNOWN, ...ENVELOPE.slice(0, 2)), GREETED)
  })

  it('shows replies only with -q, and every rule with -v', () => {
    assert.deepEqual(typed([...KNOWN, '-q'], ...ENVELOPE.slice(0, 2)), GREETED)
    const all = typed([...KNOWN, '-v'], ...ENVELOPE.slice(0, 2))
    assert.ok(all.some((line) => /^ +miss +badmailfrom\/listed /.test(line)))
  })

  it('says what nobody answers for', () => {
    const { stderr } = runPostern([...SITE, '-q'], 'QUIT\n')
    assert.match(
      stderr,
      /^ +asked: DNS 7\.2\.0\.192\.bl\.example A \(--dns .*\); nobody answers for it here, so it is unknown$/m,
    )
  })

  it('wants a listener that is there', () => {
    const { code, stderr } = runPostern([...SITE, '--listener', 'nonsense'])
    assert.deepEqual([code, stderr], [2, 'postern: the site has no listener nonsense; there is mx\n'])
  })
})
