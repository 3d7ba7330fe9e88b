/**
 * A stranger who logs in: at `auth` it may say any name, and knows no password. Whatever says OK to that has let anybody in,
 * and what rules set there stays when the login fails.
 */
import type { Service } from '../../core/service.ts'
import { narrowed, type Product, type World } from './product.ts'
import type { Way } from './relay-walk.ts'
import { TextSet } from './text-set.ts'
import { type ValueSet, valuesIn } from './value-set.ts'

/** Listeners that offer AUTH. */
export interface Logins {
  /** Their names. */
  readonly listeners: readonly string[]
  readonly mechanisms: readonly string[]
  /** None of them takes passwords in clear. */
  readonly isEncrypted: boolean
}

/** Undefined where none of these listeners offers AUTH. */
export function loginsAt(services: Iterable<readonly [string, Service]>): Logins | undefined {
  const offers = [...services].flatMap(
    ([
      name,
      {
        offer: { auth },
      },
    ]) => (auth ? [{ name: name.toLowerCase(), auth }] : []),
  )
  if (offers.length === 0) return undefined
  return {
    listeners: offers.map(({ name }) => name),
    mechanisms: offers.flatMap(({ auth }) => auth.mechanisms.map((mechanism) => mechanism.toLowerCase())),
    isEncrypted: !offers.some(({ auth }) => auth.withoutTls),
  }
}

/** What the hook is asked about is known there alone. */
const [USER, MECHANISM] = ['attempt.user@auth', 'attempt.mechanism@auth']

/** The way, as far as it says AUTH. */
export function loggingIn(way: Way, { listeners, mechanisms, isEncrypted }: Logins, world: World): readonly Way[] {
  const there = narrowed(way.product, 'listener', valuesIn(TextSet.of(listeners)), world)
  const product = isEncrypted && there ? narrowed(there, 'tls', valuesIn(TextSet.of(['true'])), world) : there
  if (!product) return []
  const attempt: Product = new Map([
    [USER, valuesIn(TextSet.all)],
    [MECHANISM, valuesIn(TextSet.of(mechanisms))],
  ])
  return [{ ...way, product: new Map([...product, ...attempt]) }]
}

/** What the server knows of somebody whose login a rule has taken. */
export function loggedIn(way: Way): Way {
  const { product } = way
  const yes = valuesIn(TextSet.of(['true']))
  const rights: readonly (readonly [string, ValueSet])[] = [
    ['relay_client', yes],
    ['immune', yes],
    ['auth.user', product.get(USER) ?? valuesIn(TextSet.all)],
    ['auth.mechanism', product.get(MECHANISM) ?? valuesIn(TextSet.all)],
  ]
  return { ...way, product: new Map([...product, ...rights]) }
}
