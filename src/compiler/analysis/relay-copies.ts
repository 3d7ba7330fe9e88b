/**
 * Notes that hold what a client said, `set: { note.name: "${helo}" }`: what a rule asks of the note it asks of the client.
 */
import { narrowed, type Product, type World } from './product.ts'
import type { Way } from './relay-walk.ts'
import { NameTree } from './name-tree.ts'
import type { AnyRegion, ValueSet } from './value-set.ts'

/** Facts that are what the client likes. */
const ITS_OWN_WORDS = /^(?:helo|remote_host|sender(?:\.(?:user|domain))?|rcpt(?:\.(?:user|domain))?|mail\.params\..+)$/

/**
 * The way with its facts as its notes want them. `undefined`: no stranger says that; `unclear`: the note holds what nobody
 * can tell from here.
 */
export function withCopies(way: Way, world: World): Way | 'unclear' | undefined {
  let product: Product | undefined = way.product
  for (const [note, fact] of way.copies) {
    const wanted = product?.get(note)
    if (!product || !wanted || isAnything(wanted)) continue
    if (fact === undefined || !ITS_OWN_WORDS.test(fact)) return 'unclear'
    const before = product.get(fact) ?? world(fact)
    product = narrowed(product, fact, { ...wanted, region: regionLike(before.region, wanted.region) }, world)
  }
  return product && { ...way, product }
}

function isAnything({ region, literals }: ValueSet): boolean {
  return literals.size === 0 && region.kind === 'texts' && region.isInverted
}

/** Texts as names where the fact has names; all of them where they are too many to say. */
function regionLike({ kind }: AnyRegion, wanted: AnyRegion): AnyRegion {
  if (kind !== 'names') return wanted
  const texts = wanted.values()?.map(String)
  return texts ? NameTree.of(texts) : NameTree.all
}
