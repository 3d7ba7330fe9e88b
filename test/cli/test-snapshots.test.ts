/** Snapshots: stored on request, compared in every run, and reported when no test has them any more. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { type Folder, folder } from './folder.ts'

const HOUSE = `plugin: house
hooks:
  mail:
    - { id: odd, match: { sender.domain: odd.example }, add: { score: -2, note.odd: 1 } }
  rcpt:
    - { id: trap, match: { rcpt: trap@example.org }, return: DENY, message: "no \${rcpt}" }
    - { id: trial, match: { sender.domain: odd.example }, return: DENYSOFT, mode: monitor }
    - { id: ok, match: always, return: OK }
  data_post:
    - { id: mark, match: always, headers: { add: { X-A: "1" } } }
tests:
  - name: odd mail
    snapshot: true
    given: { sender: a@odd.example, rcpt: [x@example.org, trap@example.org], body: hi }
`
const STORED = `# What these tests decide. Written by \`postern test --update-snapshots\`; read the changes like code.
"odd mail":
  - "rcpt x@example.org: OK by house/ok, 250 2.1.5 <x@example.org>, recipient ok"
  - "rcpt x@example.org: would be DENYSOFT by house/trial"
  - "rcpt trap@example.org: DENY by house/trap, 550 5.7.1 no trap@example.org"
  - "data_post: header +X-A: 1"
  - "queue: 451 4.3.0 Queuing declined or disabled; try again later by no rule"
  - "end: accepted x@example.org"
  - "end: score -2"
  - "end: note.odd 1"
`

function house(context: TestContext, more: Readonly<Record<string, string>> = {}, text = HOUSE): Folder {
  return folder(context, { 'house.yaml': text, ...more })
}

describe('a snapshot', () => {
  it('is asked for where there is none', async (context) => {
    const { code, stdout } = await house(context).postern(['test'])
    assert.equal(code, 1)
    assert.match(stdout, /! there is no snapshot of it yet: `postern test --update-snapshots` writes one/)
  })

  it('is stored beside the tests, as lines to read', async (context) => {
    const files = house(context)
    const { code, stdout } = await files.postern(['test', '--update-snapshots'])
    assert.deepEqual([code, stdout], [0, '- wrote house.snap\n1 passed, 0 failed\n'])
    assert.equal(files.read('house.snap'), STORED)
    assert.equal((await files.postern(['test'])).code, 0)
    assert.equal((await files.postern(['test', '--update-snapshots'])).stdout, '1 passed, 0 failed\n')
  })

  it('shows what is decided otherwise, line by line', async (context) => {
    const { code, stdout } = await house(
      context,
      { 'house.snap': STORED },
      HOUSE.replace('score: -2', 'score: -3'),
    ).postern(['test'])
    assert.equal(code, 1)
    assert.deepEqual(stdout.split('\n').slice(1, 3), ['    - snapshot: end: score -2', '    + snapshot: end: score -3'])
  })

  it('is dropped when no test has it any more, and reported until then', async (context) => {
    const files = house(context, { 'house.snap': STORED }, HOUSE.replace('name: odd mail', 'name: strange mail'))
    const stale = '- house.snap:2  a snapshot of no test: odd mail'
    assert.equal((await files.postern(['test'])).stdout.includes(stale), true)
    await files.postern(['test', '--update-snapshots'])
    assert.match(files.read('house.snap'), /^"strange mail":$/m)
    assert.doesNotMatch(files.read('house.snap'), /odd mail/)
  })

  it('of a test that did not run stays', async (context) => {
    const two = `${HOUSE}  - { name: other, snapshot: true, given: { sender: a@b.example, rcpt: x@example.org } }\n`
    const files = house(context, { 'house.snap': STORED }, two)
    const { stdout } = await files.postern(['test', '--update-snapshots', '--filter', 'other'])
    assert.equal(stdout, '- wrote house.snap\n1 passed, 0 failed\n')
    assert.equal(files.read('house.snap').startsWith(STORED), true)
  })

  it('goes away with the last test that had one', async (context) => {
    const plain = HOUSE.replace('    snapshot: true\n', '').concat('    expect: { hook: queue, return: DECLINED }\n')
    const files = house(context, { 'house.snap': STORED }, plain)
    await files.postern(['test', '--update-snapshots'])
    assert.equal(existsSync(join(files.path, 'house.snap')), false)
  })

  it('belongs to one test: two of a name are told so', async (context) => {
    const two = `${HOUSE}  - { name: odd mail, snapshot: true, given: { sender: a@b.example, rcpt: x@example.org } }\n`
    const { code, stdout } = await house(context, { 'house.snap': STORED }, two).postern(['test'])
    assert.equal(code, 1)
    assert.match(stdout, /another test of this file has the same name/)
  })

  it('is one of all steps', async (context) => {
    const steps = `  - name: steps
    snapshot: true
    steps: [{ at: 0s, given: { sender: a@b.example } }, { at: 90s, given: { sender: a@odd.example } }]
`
    const files = house(context, {}, HOUSE + steps)
    await files.postern(['test', '--update-snapshots'])
    assert.match(
      files.read('house.snap'),
      /"steps":\n {2}- "at 0s end: accepted nobody"\n {2}- "at 90s end: accepted nobody"\n/,
    )
  })
})
