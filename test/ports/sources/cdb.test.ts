/** Constant databases: against a naive writer, against Debian's tinycdb, and damaged. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { renameSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { CdbFile, cdbHash } from '../../../src/ports/sources/cdb-file.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { findProgram } from '../../support/real/programs.ts'
import { makeCdb, noCdb } from '../../support/real/servers.ts'
import { sourceAt } from './world.ts'

const directory = temporaryDirectory()
const at = (name: string): string => join(directory, name)

type Record = readonly [key: Buffer, value: Buffer]

/** As https://cr.yp.to/cdb/cdb.txt says, one thing after the other. */
function written(records: readonly Record[]): Buffer {
  const parts: Buffer[] = []
  const tables: { hash: number; position: number }[][] = Array.from({ length: 256 }, () => [])
  let position = 2048
  for (const [key, value] of records) {
    const hash = cdbHash(key)
    tables[hash % 256]?.push({ hash, position })
    const record = Buffer.concat([numbers(key.length, value.length), key, value])
    parts.push(record)
    position += record.length
  }
  const header: Buffer[] = []
  for (const entries of tables) {
    const count = entries.length * 2
    const slots = Array.from({ length: count }, () => numbers(0, 0))
    for (const { hash, position: record } of entries) {
      let slot = (hash >>> 8) % count
      while (slots[slot]?.readUInt32LE(4) !== 0) slot = (slot + 1) % count
      slots[slot] = numbers(hash, record)
    }
    header.push(numbers(position, count))
    parts.push(...slots)
    position += count * 8
  }
  return Buffer.concat([...header, ...parts])
}

function numbers(one: number, other: number): Buffer {
  const octets = Buffer.alloc(8)
  octets.writeUInt32LE(one, 0)
  octets.writeUInt32LE(other, 4)
  return octets
}

const octets = fc.uint8Array({ maxLength: 20 }).map((array) => Buffer.from(array))

async function reading<T>(path: string, work: (file: CdbFile) => Promise<T>): Promise<T> {
  const file = await CdbFile.open(path)
  try {
    return await work(file)
  } finally {
    await file.close()
  }
}

describe('a constant database', () => {
  it('has what was written, the first of equal keys, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(octets, octets), { maxLength: 60 }), octets, async (records, other) => {
        writeFileSync(at('naive.cdb'), written(records))
        await reading(at('naive.cdb'), async (file) => {
          for (const key of [...records.map(([one]) => one), other]) {
            const first = records.find(([one]) => one.equals(key))?.[1]
            assert.deepEqual(await file.find(key), first)
          }
        })
      }),
    )
  })

  it('is what tinycdb makes, and tinycdb reads the same in it', { skip: noCdb }, async () => {
    const cdb = findProgram('cdb') ?? ''
    const entries = new Map(
      Array.from({ length: 5000 }, (_, index) => [`user${index}@example.org`, index % 3 ? `v${index}` : '']),
    )
    makeCdb(at('tiny.cdb'), entries)
    await reading(at('tiny.cdb'), async (file) => {
      for (const [key, value] of entries) assert.equal((await file.find(Buffer.from(key)))?.toString(), value)
      for (let index = 0; index < 5000; index += 1)
        assert.equal(await file.find(Buffer.from(`nobody${index}`)), undefined)
    })
    for (const key of ['user7@example.org', 'user9@example.org'])
      assert.equal(execFileSync(cdb, ['-q', at('tiny.cdb'), key]).toString(), entries.get(key))
    writeFileSync(at('naive.cdb'), written([...entries].map(([key, value]) => [Buffer.from(key), Buffer.from(value)])))
    assert.equal(execFileSync(cdb, ['-q', at('naive.cdb'), 'user7@example.org']).toString(), 'v7')
  })

  it('that is damaged anywhere answers something or fails, and never goes round and round', async () => {
    const records = Array.from({ length: 40 }, (_, index): Record => [Buffer.from(`k${index}`), Buffer.from('v')])
    const sound = written(records)
    await fc.assert(
      fc.asyncProperty(
        fc.nat(sound.length - 1),
        fc.uint8Array({ minLength: 1, maxLength: 64 }),
        async (place, harm) => {
          const damaged = Buffer.from(sound)
          Buffer.from(harm).copy(damaged, place)
          writeFileSync(at('damaged.cdb'), damaged)
          await reading(at('damaged.cdb'), async (file) => {
            for (const [key] of records)
              await file.find(key).catch((fault: Error) => assert.match(fault.message, /damaged|more than/))
          })
        },
      ),
    )
  })

  it('that is full of one hash ends where it began', async () => {
    const file = written(Array.from({ length: 10 }, (): Record => [Buffer.from('a'), Buffer.from('v')]))
    for (let slot = file.length - 160; slot < file.length; slot += 8) numbers(1, 2048).copy(file, slot)
    writeFileSync(at('full.cdb'), file)
    assert.equal(await reading(at('full.cdb'), (one) => one.find(Buffer.from('a'))), undefined)
  })

  for (const [what, length] of [
    ['is empty', 0],
    ['is shorter than its header', 2047],
  ] as const)
    it(`that ${what} is none`, async () => {
      writeFileSync(at('short.cdb'), Buffer.alloc(length))
      await assert.rejects(CdbFile.open(at('short.cdb')), /no constant database/)
    })
})

describe('a source that is a constant database', () => {
  it('is the new file when another takes its place, and the old one until then', async () => {
    const [clock, key] = [fakeClock(), 'ann@example.org']
    const file = (value: string): Buffer => written([[Buffer.from(key), Buffer.from(value)]])
    writeFileSync(at('live.cdb'), file('old'))
    const source = sourceAt(`cdb:${at('live.cdb')}`, { clock })
    assert.deepEqual(await source.lookup(key), { kind: 'found', values: ['old'] })
    writeFileSync(at('live.cdb.new'), file('newer'))
    renameSync(at('live.cdb.new'), at('live.cdb'))
    assert.deepEqual(await source.lookup(key), { kind: 'found', values: ['old'] })
    clock.advance(1000)
    assert.deepEqual(await source.lookup(key), { kind: 'found', values: ['newer'] })
    truncateSync(at('live.cdb'), 100)
    clock.advance(1000)
    assert.equal((await source.lookup(key)).kind, 'failed')
    writeFileSync(at('live.cdb'), file('again'))
    clock.advance(1000)
    assert.deepEqual(await source.lookup(key), { kind: 'found', values: ['again'] })
    await source.close()
  })
})
