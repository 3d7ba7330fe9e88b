/** Wrong command lines and wrong files: each answer says what to type. And what the help says at its end. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EXIT_MEANINGS } from '../../src/cli/exit-code.ts'
import { folder } from './folder.ts'

const FILES = {
  'postern.yaml':
    'hostname: mx.example.org\nlisten: [{ port: 2525 }]\nlocal_domains: [example.org]\nplugins: [rcpt_ok]\n',
  'house.yaml': 'plugin: house\nhooks: { mail: [{ id: a, match: { helo: x.example }, return: DENY }] }\n',
  'other.yaml': 'something: else\n',
  'session.json': '{ "remote_ip": ',
}

const CASES: readonly (readonly [words: readonly string[], code: number, says: RegExp])[] = [
  [['chekc'], 2, /unknown command 'chekc'\n\(Did you mean check\?\)\n\(`postern --help` shows the commands\)$/],
  [['check', '--fial-on', 'error'], 2, /\(Did you mean --fail-on\?\)\n\(`postern check --help` shows what it takes\)$/],
  [['check', '--fail-on', 'eror'], 2, /`--fail-on <severity>` cannot be `eror`; did you mean `error`\?/],
  [['check', '--fail-on', 'x'], 2, /`--fail-on <severity>` cannot be `x`; it is one of error, warning, info/],
  [['list', 'fact'], 2, /`what` cannot be `fact`; did you mean `facts`\?/],
  [['import', 'exim', '/etc'], 2, /`program` cannot be `exim`; it is one of qpsmtpd, postfix, haraka/],
  [['init', 'new', '--port', 'x'], 2, /`--port <n>` cannot be `x`\. It must be a whole number\./],
  [['report'], 2, /<file> is missing: postern report \[options\] <file>/],
  [['diff'], 2, /<before> is missing: postern diff \[options\] <before> \[after\]/],
  [['schema', 'sit'], 2, /there is no kind of file `sit`; did you mean `site`\?/],
  [['man', 'chek'], 2, /there is no command chek; did you mean `postern man check`\?/],
  [['report', 'nothing.json'], 3, /there is no file nothing\.json$/],
  [['replay', 'nothing.ndjson'], 3, /there is no file nothing\.ndjson$/],
  [['monitor', '.'], 3, /\. is a directory$/],
  [['explain', '--session', 'nothing.json'], 3, /there is no file nothing\.json$/],
  [['explain', '--session', 'session.json'], 3, /session\.json:1: this is not JSON; docs\/session\.md shows/],
  [
    ['explain', '--ip', '1.2.3.4', '--from', 'a@b.example', '--rcpt', 'c@example.org', '--eml', 'no.eml'],
    3,
    /there is no file no\.eml$/,
  ],
  [['explain', '--ip', '999.1.1.1', '--rcpt', 'c@example.org'], 2, /`--ip`: `999\.1\.1\.1` is no IP address/],
  [['explain', '--ip', '1.2.3.4', '--from', 'a b'], 2, /`--from`: `a b` is no mail address/],
  [['explain', '--from', 'a@b.example', '--rcpt', '@'], 2, /`--rcpt`: `@` is no mail address/],
  [['shell', '--listener', 'nope'], 2, /the site has no listener nope; there is smtp/],
  [
    ['serve', 'house.yaml'],
    3,
    /house\.yaml is a plugin, and a site is wanted, such as postern\.yaml; `postern check house\.yaml`/,
  ],
  [['doctor', 'house.yaml'], 3, /house\.yaml is a plugin, and a site is wanted/],
  [['explain', '-s', 'house.yaml', '--ip', '1.2.3.4'], 3, /house\.yaml is a plugin, and a site is wanted/],
  [['check', 'other.yaml'], 4, /nothing to check.*a site has `plugins:`, a plugin begins with `plugin: NAME`/],
  [['import', 'postfix', 'nowhere'], 3, /there is no directory nowhere$/],
  [['import', 'postfix', '.'], 3, /\. has no configuration of postfix: there is no main\.cf in it/],
]

describe('an answer to a wrong line says what to type', () => {
  for (const [words, code, says] of CASES)
    it(words.join(' '), async (test) => {
      const ended = await folder(test, FILES).postern(words)
      assert.match(ended.stderr.trimEnd(), says)
      assert.equal(ended.code, code)
      assert.match(ended.stderr, /^(?:postern|error\[): /m)
    })
})

describe('the help', () => {
  it('of postern has every exit code and the environment', async (test) => {
    const { stdout, code } = await folder(test, {}).postern(['--help'])
    assert.equal(code, 0)
    for (const [number, means] of EXIT_MEANINGS) assert.ok(stdout.includes(`${String(number).padStart(5)}  ${means}`))
    for (const name of ['NO_COLOR', 'FORCE_COLOR', 'XDG_CACHE_HOME', 'NODE_DISABLE_COMPILE_CACHE', 'GITHUB_ACTIONS'])
      assert.ok(stdout.includes(name), name)
  })

  it('of every command has an example, and says how it exits', async (test) => {
    const { postern } = folder(test, {})
    const { stdout } = await postern(['--help'])
    const names = [...(stdout.split('\nCommands:\n')[1] ?? '').matchAll(/^ {2}([a-z]+) /gm)].map(
      ([, name]) => name ?? '',
    )
    assert.ok(names.length > 15)
    for (const name of names.filter((one) => one !== 'help')) {
      const help = (await postern([name, '--help'])).stdout
      assert.match(help, new RegExp(`^ {2}\\$ .*postern ${name}`, 'm'), name)
      assert.match(help, /^Exits [^]*postern --help/m, name)
    }
  })
})
