/** Lists outside and the store: does each answer? Asks for one key that nobody has. */
import { resolve } from 'node:path'
import type { ListKind } from '../../core/list.ts'
import type { SourceSpec } from '../../core/source.ts'
import type { StorePlace } from '../../core/site.ts'
import type { SourceWorld } from '../../ports/sources/driver.ts'
import { openSource } from '../../ports/sources/open-source.ts'
import { openStore } from '../../ports/store/open-store.ts'
import { error, type Finding, ok, reasonOf } from './finding.ts'
import { lookAtOutput } from './look-at-files.ts'

/** Of the documentation (RFC 2606, RFC 5737), where a kind wants keys of a form. */
const KEYS: Readonly<Partial<Record<ListKind, string>>> = { ip: '192.0.2.1', domain: 'nobody.invalid' }
const KEY = 'nobody@nobody.invalid'

export async function lookAtSource(source: SourceSpec, world: SourceWorld): Promise<Finding> {
  const about = `list ${source.shown}`
  try {
    const open = openSource(source, world)
    const answer = await open.lookup(KEYS[source.kind] ?? KEY)
    await open.close()
    return answer.kind === 'failed' ? error(about, `does not answer: ${answer.because}`) : ok(about, 'answers')
  } catch (fault) {
    return error(about, reasonOf(fault))
  }
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
