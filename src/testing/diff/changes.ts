/** Which rules differ between two sites. A site whose rules, lists and settings are the same decides the same. */
import type { Hook } from '../../core/hook.ts'
import { entriesApart, type Inventory, type InventoryRule } from './inventory.ts'

export type ChangeKind = 'added' | 'removed' | 'changed' | 'moved'

export interface RuleChange {
  readonly what: ChangeKind
  /** `hook plugin/rule` */
  readonly key: string
  readonly hook: Hook
  readonly plugin: string
  readonly rule: string
  /** Where it stands now, or stood. */
  readonly at: string
  /** List entries that came or went. */
  readonly entries: readonly string[]
}

export interface Changes {
  readonly rules: readonly RuleChange[]
  /** What else differs. */
  readonly besides: readonly string[]
  /** What could not be compared. */
  readonly unseen: readonly string[]
}

export function changesBetween(before: Inventory, after: Inventory): Changes {
  const moved = movedKeys(before.rules, after.rules)
  const keys = new Set([...after.rules.keys(), ...before.rules.keys()])
  const rules = [...keys].flatMap((key) => {
    const [one, other] = [before.rules.get(key), after.rules.get(key)]
    const what = kindOf(one, other) ?? (moved.has(key) ? 'moved' : undefined)
    return what ? [changeOf(key, what, one, other)] : []
  })
  const names = new Set([...before.besides.keys(), ...after.besides.keys()])
  const besides = [...names].filter((name) => before.besides.get(name) !== after.besides.get(name))
  return { rules, besides, unseen: [...new Set([...before.unseen, ...after.unseen])] }
}

function kindOf(before: InventoryRule | undefined, after: InventoryRule | undefined): ChangeKind | undefined {
  if (!before || !after) return before ? 'removed' : 'added'
  return before.text === after.text ? undefined : 'changed'
}

function changeOf(
  key: string,
  what: ChangeKind,
  before: InventoryRule | undefined,
  after: InventoryRule | undefined,
): RuleChange {
  const shown = after ?? before
  if (!shown) throw new Error('a rule that neither site has')
  const { hook, plugin, rule, at } = shown
  const names = new Set([...(before?.lists ?? []), ...(after?.lists ?? [])].map(({ name }) => name))
  const list = (side: InventoryRule | undefined, name: string) => side?.lists.find((one) => one.name === name)?.index
  const entries =
    what === 'changed' ? [...names].flatMap((name) => entriesApart(list(before, name), list(after, name))) : []
  return { what, key, hook, plugin, rule, at, entries }
}

/** Rules of both that follow another one than before. */
function movedKeys(before: Inventory['rules'], after: Inventory['rules']): ReadonlySet<string> {
  const hooks = new Set([...after.values()].map(({ hook }) => hook))
  const common = ({ rules }: Pick<Inventory, 'rules'>, hook: Hook, others: Inventory['rules']) =>
    [...rules].flatMap(([key, rule]) => (rule.hook === hook && others.has(key) ? [key] : []))
  return new Set(
    [...hooks].flatMap((hook) => {
      const [then, now] = [common({ rules: before }, hook, after), common({ rules: after }, hook, before)]
      const follows = new Map(then.map((key, index) => [key, then[index - 1]]))
      return now.filter((key, index) => follows.get(key) !== now[index - 1])
    }),
  )
}

/** Nothing that decides differs, and everything that decides was compared. */
export function isProvedSame({ rules, besides, unseen }: Changes): boolean {
  return rules.length + besides.length + unseen.length === 0
}
