/** Lists outside and the store: does each answer? Asks for one key that nobody has. */
import { resolve } from 'node:path'
import type { ListKind } from '../../core/list.ts'
import type { PolicyPlan } from '../../core/policy.ts'
import type { SourceAnswer } from '../../core/ports.ts'
import { reasonOf } from '../../core/reason.ts'
import type { SourceSpec } from '../../core/source.ts'
import type { StorePlace } from '../../core/site.ts'
import type { SourceWorld } from '../../ports/sources/driver.ts'
import { openSource } from '../../ports/sources/open-source.ts'
import { openStore } from '../../ports/store/open-store.ts'
import { error, type Finding, ok } from './finding.ts'
import { lookAtOutput } from './look-at-files.ts'

/** Of the documentation (RFC 2606, RFC 5737), where a kind wants keys of a form. */
const KEYS: Readonly<Partial<Record<ListKind, string>>> = { ip: '192.0.2.1', domain: 'nobody.invalid' }
const KEY = 'nobody@nobody.invalid'

export async function lookAtSource(source: SourceSpec, world: SourceWorld): Promise<Finding> {
  const about = `list ${source.shown}`
  const answer = await askOnce(source, KEYS[source.kind] ?? KEY, world)
  return answer.kind === 'failed' ? error(about, `does not answer: ${answer.because}`) : ok(about, 'answers')
}

async function askOnce(source: SourceSpec, key: string, world: SourceWorld): Promise<SourceAnswer> {
  try {
    const open = openSource(source, world)
    const answer = await open.lookup(key)
    await open.close()
    return answer
  } catch (fault) {
    return { kind: 'failed', because: reasonOf(fault) }
  }
}

/** Policies outside: whether the default is there, and says what it may. A server does not look before it is asked. */
export async function lookAtPolicies(source: SourceSpec, plan: PolicyPlan, world: SourceWorld): Promise<Finding> {
  const about = `policies ${source.shown}`
  const key = plan.fallback?.key ?? KEY
  const answer = await askOnce(source, key, world)
  if (answer.kind === 'failed') return error(about, `does not answer: ${answer.because}`)
  if (answer.kind === 'none') return error(about, `has no default policy ${key}`, 'without it recipients have to wait')
  const [text = '', ...others] = answer.values
  if (others.length > 0) return error(about, `has the default policy ${key} more than once`)
  const read = plan.read(text, key)
  return read.ok
    ? ok(about, `answers, and the default policy ${key} loads`)
    : error(about, `the default policy does not load: ${read.faults.join('; ')}`)
}

/** A file is only looked at: who opens a new one owns it. */
export async function lookAtStore(place: StorePlace, world: SourceWorld): Promise<Finding> {
  const [url = ''] = place.url.split('#', 1)
  const about = `store ${url}`
  if (url.startsWith('sqlite:')) return lookAtOutput(about, resolve(place.directory, url.slice('sqlite:'.length)))
  const store = openStore(place, world)
  const answer = await store.increment('doctor', 1, 1000)
  await store.close()
  return answer.kind === 'failed' ? error(about, `does not answer: ${answer.because}`) : ok(about, 'answers')
}
