/** Names that objects have are names like any others: of hosts, mailboxes, fields, notes and parameters. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { loadTexts, sound, tell } from '../compiler/memory-site.ts'
import { houseFile, realSite, siteFile } from './real-site.ts'

const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'then', 'valueOf']

const HOUSE = houseFile(
  'data_post:',
  ...NAMES.map(
    (name, at) => `  - { id: n${at}, match: { header.${name}: { exists: true } }, log: "${name} is there" }`,
  ),
  '  - { id: set, match: always, set: { note.__proto__: 1, note.constructor: x, note.then: true } }',
  '  - { id: read, match: { note.__proto__: 1, note.constructor: x, note.then: true }, log: notes hold }',
)
const TEXTS = {
  'postern.yaml': siteFile(['./house.yaml', 'badmailfrom']),
  'house.yaml': HOUSE,
  'lists/badmailfrom': NAMES.map((name) => `${name}@spam.example\n`).join(''),
}

describe('a name that objects have', () => {
  for (const name of NAMES)
    it(`${name} is a HELO name, a local part, a header field and a list entry like others`, async () => {
      const site = await realSite(TEXTS)
      const envelope = `MAIL FROM:<${name}@b.example>\r\nRCPT TO:<${name}@example.org>\r\n`
      const rig = await site.session(`HELO ${name}\r\n`, envelope, 'DATA\r\n', `${name}: x\r\n\r\nbody\r\n.\r\n`)
      assert.match(rig.heard(), /250 2\.0\.0 Queued\r\n$/)
      const said = rig.log.map(({ text }) => text).filter((text) => /there$|hold$/.test(text))
      assert.deepEqual(said, [`${name} is there`, 'notes hold'])
      await rig.say(`MAIL FROM:<${name}@spam.example>\r\n`)
      assert.match(rig.heard(), /^550 /)
    })

  it('is no parameter and no command', async () => {
    const site = await realSite(TEXTS)
    for (const name of NAMES) {
      const rig = await site.session('EHLO c.example\r\n', `MAIL FROM:<a@b.example> ${name}=1\r\n${name}\r\n`)
      assert.match(rig.heard(), /\r\n5\d\d 5\.5\.4 [^\n]*\r\n500 5\.5\.1 [^\n]*\r\n$/, name)
    }
  })

  it('in a site file is an unknown key, and no object is changed', async () => {
    for (const name of NAMES)
      await assert.rejects(realSite({ 'postern.yaml': siteFile([], `${name}: { x: 1 }`) }), /CFG101/)
    assert.equal(Object.hasOwn(Object.prototype, 'x'), false)
  })
})

describe('a value with a `then`', () => {
  const texts = {
    'postern.yaml': 'hostname: mx.example.org\nplugins: [./odd.ts, ./ok.yaml]\n',
    'ok.yaml': 'plugin: ok\nhooks:\n  rcpt: [{ id: ok, match: always, return: OK }]\n',
  }
  /** What a plugin makes of JSON that somebody else wrote. */
  async function answerTo(result: object): Promise<{ code: string | undefined; asked: boolean }> {
    let asked = false
    const thenable = { ...result }
    Reflect.set(thenable, 'then', () => (asked = true))
    const odd = { name: 'odd', hooks: { rcpt: () => thenable } }
    const site = sound(await loadTexts(texts, { 'odd.ts': { default: odd } }))
    const { decisions } = await tell(site, { sender: 'a@b.example', rcpt: ['c@example.org'] })
    return { code: decisions.find(({ hook }) => hook === 'rcpt')?.return, asked }
  }

  it('is not waited for', async () => {
    assert.deepEqual(await answerTo({ code: 'DENY' }), { code: 'DENY', asked: false })
  })

  it('alone is no verdict, and nobody behind it accepts', async () => {
    assert.deepEqual(await answerTo({}), { code: 'DENYSOFT', asked: false })
  })
})
