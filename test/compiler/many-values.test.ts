/** A client that brings more values than a source can be asked for in time: nobody goes on asking for it. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { inSource } from '../../src/compiler/lists/source-list.ts'
import { readSource } from '../../src/core/source.ts'
import { contextAt } from '../support/hook-context.ts'
import { fakePorts } from '../support/smtp-rig.ts'

it('no source is asked any more when the time of the rule is up', async () => {
  const end = new AbortController()
  const asked: string[] = []
  const sources = {
    lookup: async (_: unknown, key: string) => {
      asked.push(key)
      if (asked.length === 3) end.abort()
      return { kind: 'none' } as const
    },
  }
  const values = Array.from({ length: 2000 }, (_, number) => `v${number}`)
  const source = readSource({ url: 'cdb:/x.cdb', kind: 'string', directory: '/' })
  const answer = await inSource(source)(
    values,
    contextAt('data_post', { ports: { ...fakePorts(), sources }, signal: end.signal }),
  )
  assert.ok(typeof answer === 'object')
  assert.equal(answer.truth, 'unknown')
  assert.deepEqual(asked, ['v0', 'v1', 'v2'])
})
