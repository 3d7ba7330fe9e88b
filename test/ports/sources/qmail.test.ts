/** What qmail's own files say about an address: users, dot-qmail files, virtual domains, vpopmail (Qmail::Deliverable). */
import assert from 'node:assert/strict'
import { chmodSync, chownSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, describe, it } from 'node:test'
import { fakeClock } from '../../support/fake-clock.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { sourceAt } from './world.ts'

const directory = temporaryDirectory({ after })
const at = (name: string): string => join(directory, name)
/** Mail of root is nobody's to qmail. */
const UID = process.getuid?.() || 4711

function write(name: string, text: string): void {
  mkdirSync(dirname(at(name)), { recursive: true })
  writeFileSync(at(name), text)
}

function home(name: string, files: Readonly<Record<string, string>> = {}): string {
  mkdirSync(at(name), { recursive: true })
  chmodSync(at(name), 0o755)
  for (const [file, text] of Object.entries(files)) write(`${name}/${file}`, text)
  if (process.getuid?.() === 0) chownSync(at(name), UID, UID)
  return at(name)
}

const EZMLM = '|/usr/bin/ezmlm-reject\n|/usr/bin/ezmlm-send /lists/news\n'
home('ann', {
  '.qmail-lists-go': './Mail/\n',
  '.qmail-lists-default': '',
  '.qmail-prog': '#\n|procmail\n',
  '.qmail-a:b': '&x@y\n',
})
home('bob', { '.qmail-default': '|bouncesaying "No such user"\n', '.qmail-ask': "|bouncesaying 'No' /bin/false\n" })
home('open')
chmodSync(at('open'), 0o777)
home('sticky')
chmodSync(at('sticky'), 0o1755)
home('alias', {
  '.qmail-postmaster': '&ann\n',
  '.qmail-odd': 'missing',
  '.qmail-news': EZMLM,
  '.qmail-shop-default': './Maildir/\n',
})
mkdirSync(at('alias/.qmail-folder'))
const vpopmail = (options: string): string => `| /home/vpopmail/bin/vdelivermail '' ${options}\n`
home('domains/v.example', {
  '.qmail-default': vpopmail('bounce-no-mailbox'),
  vpasswd: 'eve:x:1:0::/nowhere:NOQUOTA\n:broken\n',
  '.qmail-sales': '&eve@v.example\n',
})
mkdirSync(at('domains/v.example/dan'))
home('domains/sql.example', { '.qmail-default': vpopmail('bounce-no-mailbox') })
home('domains/all.example', { '.qmail-default': vpopmail('postmaster@all.example') })
symlinkSync(at('nowhere'), at('ann/.qmail-broken'))

const passwd = ['root:x:0:0::/root:/bin/sh', 'broken']
for (const name of ['ann', 'bob', 'open', 'sticky', 'alias'])
  passwd.push(`${name}:x:${UID}:${UID}::${at(name)}:/bin/sh`)
passwd.push(`foreign:x:${UID + 1}:1::${at('ann')}:/bin/sh`)
write('passwd', `${passwd.join('\n')}\n`)
write('control/locals', '# ours\nexample.org\n')
write(
  'control/virtualdomains',
  'shop.example:shop\n.wild.example:ann-lists\nann@person.example:bob\nnot.wild.example:\nv.example:v.example\nsql.example:sql.example\nall.example:all.example\n',
)
const domain = (name: string): string => `+${name}-:${name}:89:89:${at(`domains/${name}`)}:-::\n`
write(
  'users/assign',
  `=assigned:ann:1:1:${at('ann')}:::\n=lost:ann:1:1:${at('nowhere')}:::\n+part-:ann:1:1:${at('ann')}:-:lists-:\n${['v.example', 'sql.example', 'all.example'].map(domain).join('')}nonsense\n.\n=behind:ann:1:1:${at('ann')}:::\n`,
)

const WORDS: Readonly<Record<string, string>> = {
  0: 'nobody',
  17: 'denied',
  18: 'program',
  19: 'bouncesaying',
  20: 'list',
  33: 'writable',
  34: 'sticky',
  241: 'delivered',
  242: 'directory',
  244: 'catch-all',
  245: 'vpopmail user',
  246: 'vpopmail extension',
  255: 'elsewhere',
}

const URL = `qmail:${directory}#passwd=${at('passwd')}`

async function codeOf(address: string, url = URL): Promise<string | undefined> {
  const source = sourceAt(url, {}, 'string')
  try {
    const answer = await source.lookup(address)
    return answer.kind === 'found' ? WORDS[answer.values[0] ?? ''] : answer.kind
  } finally {
    await source.close()
  }
}

describe('qmail', () => {
  const ADDRESSES: readonly (readonly [address: string, what: string])[] = [
    ['ann@example.org', 'delivered'],
    ['Ann@Example.org', 'delivered'],
    ['ann-lists-go@example.org', 'delivered'],
    ['ann-lists-other@example.org', 'delivered'],
    ['ann-other@example.org', 'nobody'],
    ['ann-@example.org', 'nobody'],
    ['ann-prog@example.org', 'program'],
    ['ann-a.b@example.org', 'delivered'],
    ['ann-broken@example.org', 'nobody'],
    ['ann-../passwd@example.org', 'nobody'],
    ['ann-lists-/../../passwd@example.org', 'delivered'],
    ['bob@example.org', 'delivered'],
    ['bob-any@example.org', 'nobody'],
    ['bob-ask@example.org', 'bouncesaying'],
    ['open@example.org', 'writable'],
    ['sticky@example.org', 'sticky'],
    ['nobody@example.org', 'nobody'],
    ['root@example.org', 'nobody'],
    ['foreign@example.org', 'nobody'],
    ['postmaster@example.org', 'delivered'],
    ['news@example.org', 'list'],
    ['folder@example.org', 'denied'],
    ['odd@example.org', 'delivered'],
    ['assigned@example.org', 'delivered'],
    ['lost@example.org', 'denied'],
    ['part-go@example.org', 'delivered'],
    ['behind@example.org', 'nobody'],
    ['any@shop.example', 'delivered'],
    ['go@a.wild.example', 'delivered'],
    ['go@wild.example', 'delivered'],
    ['ann@person.example', 'nobody'],
    ['bob@person.example', 'elsewhere'],
    ['go@not.wild.example', 'elsewhere'],
    ['x@elsewhere.example', 'elsewhere'],
    ['dan@v.example', 'directory'],
    ['eve@v.example', 'vpopmail user'],
    ['eve-ext@v.example', 'nobody'],
    ['sales@v.example', 'delivered'],
    ['..@v.example', 'nobody'],
    ['dan/../dan@v.example', 'nobody'],
    ['who@v.example', 'nobody'],
    ['who@sql.example', 'program'],
    ['who@all.example', 'catch-all'],
    ['postmaster', 'none'],
  ]
  for (const [address, what] of ADDRESSES)
    it(`${address}: ${what}`, async () => assert.equal(await codeOf(address), what))

  it('knows extensions of users of vpopmail where it is told to', async () => {
    assert.equal(await codeOf('eve-ext@v.example', `${URL}&vpopmail_ext=1`), 'vpopmail extension')
    assert.equal(await codeOf('who-ext@v.example', `${URL}&vpopmail_ext=1`), 'nobody')
  })

  it('sees files that change, within a second', async () => {
    const clock = fakeClock()
    const source = sourceAt(URL, { clock }, 'string')
    const ask = async (): Promise<unknown> => source.lookup('ann@late.example')
    assert.deepEqual(await ask(), { kind: 'found', values: ['255'] })
    write('control/locals', 'example.org\nlate.example\n')
    assert.deepEqual(await ask(), { kind: 'found', values: ['255'] })
    clock.advance(1000)
    assert.deepEqual(await ask(), { kind: 'found', values: ['241'] })
    clock.advance(1000)
    assert.deepEqual(await ask(), { kind: 'found', values: ['241'] })
    await source.close()
  })

  it('has one domain, its own name, where no list says otherwise', async () => {
    rmSync(at('control/locals'))
    write('control/me', 'example.org\n')
    assert.equal(await codeOf('ann@example.org'), 'delivered')
    rmSync(at('control/me'))
    assert.equal(await codeOf('ann@example.org'), 'failed')
  })
})
