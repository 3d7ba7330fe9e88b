/** List files are indexed in turns, their faults are told where they stand, and the revision knows what they hold. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { indexListFile } from '../../src/compiler/lists/index-list-file.ts'
import { Report } from '../../src/language/diagnostic.ts'
import { loadTexts, sound } from './memory-site.ts'

interface Indexed {
  readonly size: number
  readonly found: string | undefined
  readonly report: Report
  readonly pauses: number
}

async function index(pieces: readonly string[], wanted = ''): Promise<Indexed> {
  const report = new Report()
  let pauses = 0
  const breathe = async (): Promise<void> => void (pauses += 1)
  const text = {
    octets: Buffer.byteLength(pieces.join('')),
    async *[Symbol.asyncIterator]() {
      yield* pieces
    },
  }
  const { index: list } = await indexListFile({ kind: 'domain', path: 'lists/x', pieces: text }, report, breathe)
  return { size: list.size, found: list.find(wanted)?.at, report, pauses }
}

function lines(count: number, line: (number: number) => string): string {
  return Array.from({ length: count }, (_, number) => `${line(number)}\n`).join('')
}

describe('a list file', () => {
  it('is indexed in turns, and finds what a list built at once finds', async () => {
    const { size, found, pauses } = await index([lines(100_000, (number) => `d${number}.example`)], 'd99999.example')
    assert.deepEqual([size, found], [100_000, 'lists/x:100000'])
    assert.ok(pauses >= 20, `${pauses} pauses`)
  })

  it('in pieces is the list it is in one piece, whatever the first piece let expect', async () => {
    const parts = [
      'a.example\n',
      `# ${'long '.repeat(1000)}\n`,
      lines(3000, (number) => `d${number}.example`),
      'z.example',
    ]
    const [whole, cut] = [await index([parts.join('')], 'z.example'), await index(parts, 'z.example')]
    assert.deepEqual([cut.size, cut.found], [whole.size, whole.found])
    assert.deepEqual([cut.size, cut.found], [3002, 'lists/x:3003'])
  })

  it('that is empty is an empty list', async () => {
    assert.equal((await index([])).size, 0)
  })

  it('that is short is not kept waiting', async () => {
    assert.equal((await index(['a.example\n'])).pauses, 0)
  })

  it('tells its faults where they stand', async () => {
    const { report, size } = await index(['# ours\na.example\n', '  b_ad..example  why\n'])
    const [finding] = report.sorted()
    assert.equal(size, 1)
    assert.deepEqual(finding?.range, {
      start: { line: 3, column: 3, offset: 19 },
      end: { line: 3, column: 16, offset: 32 },
    })
  })

  it('of another kind has a hundred findings, and one that counts the rest', async () => {
    const { report } = await index([lines(250, () => 'b_ad..example')])
    const findings = report.sorted()
    assert.equal(findings.length, 101)
    const more = findings.find(({ code }) => code === 'LST602')
    assert.deepEqual([more?.message, more?.range.start.line], ['150 more entries of this file cannot be read', 100])
  })
})

describe('the revision', () => {
  const site = 'hostname: mx.example.org\nlocal_domains: lists/rcpthosts\nplugins: [./a.yaml]\n'
  const plugin = 'plugin: a\nhooks: { connect: [{ id: x, match: always, return: DECLINED }] }\n'
  const revisionWith = async (list: string): Promise<string> =>
    sound(await loadTexts({ 'postern.yaml': site, 'a.yaml': plugin, 'lists/rcpthosts': list })).program.revision

  it('is another one when a list is', async () => {
    assert.equal(await revisionWith('a.example\n'), await revisionWith('a.example\n'))
    assert.notEqual(await revisionWith('a.example\n'), await revisionWith('b.example\n'))
  })
})
