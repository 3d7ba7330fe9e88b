/** The hooks of a site and the plugins asked there as a graph for Graphviz: who may end a session where. */
import { type End, type HookTurns, type PluginTurn, turnsOf } from '../../compiler/effective/ends.ts'
import type { EffectiveSite } from '../../compiler/effective/report.ts'
import type { Hook } from '../../core/hook.ts'
import { visible } from '../../language/render/display.ts'

/** Ends that are drawn once for all hooks. */
const DRAWN: ReadonlyMap<End, string> = new Map([
  ['delivered', 'delivered (250)'],
  ['refused', 'refused (5yz)'],
  ['later', 'try again later (4yz)'],
  ['silent', 'no reply'],
])

export function renderDot(site: EffectiveSite): string {
  const hooks = turnsOf(site)
  const used = new Set(
    hooks.flatMap(({ undecided, turns }) => [undecided, ...turns.flatMap(({ ends }) => [...ends.keys()])]),
  )
  return [
    `digraph ${quoted(site.site)} {`,
    '  rankdir=TB; node [shape=box, fontname="sans-serif", fontsize=10]; edge [fontname="sans-serif", fontsize=9];',
    ...hooks.flatMap(clusterLines),
    ...[...DRAWN]
      .filter(([end]) => used.has(end))
      .map(([end, text]) => `  ${quoted(`end ${end}`)} [shape=octagon, label=${quoted(text)}];`),
    ...hooks.flatMap(edgeLines),
    '}',
  ].join('\n')
}

function clusterLines({ hook, turns }: HookTurns): readonly string[] {
  return [
    `  subgraph ${quoted(`cluster ${hook}`)} {`,
    `    label=${quoted(hook)};`,
    `    ${headOf(hook)} [shape=point, label=""];`,
    ...turns.map((turn) => `    ${nodeOf(hook, turn)} [label=${quoted(labelOf(turn))}];`),
    '  }',
  ]
}

function labelOf({ plugin, rules }: PluginTurn): string {
  return [
    plugin,
    ...rules.map(({ rule, mode, code }) => (code ? 'TypeScript' : mode === 'monitor' ? `${rule} (monitor)` : rule)),
  ].join('\n')
}

function edgeLines({ hook, turns, undecided, next }: HookTurns): readonly string[] {
  const nodes = [headOf(hook), ...turns.map((turn) => nodeOf(hook, turn))]
  const along = nodes.slice(1).map((node, index) => `  ${nodes[index]} -> ${node} [weight=8];`)
  const last = nodes.at(-1) ?? headOf(hook)
  return [
    ...along,
    ...targetsOf(undecided, next).map((to) => edge(last, to, 'nobody answers', 'dotted')),
    ...turns.flatMap((turn) => [
      ...[...turn.ends].flatMap(([end, rules]) =>
        targetsOf(end, next).map((to) => edge(nodeOf(hook, turn), to, some(rules), 'solid')),
      ),
      ...[...turn.delayed].map(([later, rules]) =>
        edge(nodeOf(hook, turn), nodeOf(later, turn), some(rules), 'dashed'),
      ),
    ]),
  ]
}

/** None where a hook is the last, or its end is no matter of the session. */
function targetsOf(end: End, next: readonly Hook[]): readonly string[] {
  if (end === 'next') return next.map(headOf)
  return DRAWN.has(end) ? [quoted(`end ${end}`)] : []
}

function edge(from: string, to: string, label: string, style: 'solid' | 'dashed' | 'dotted'): string {
  return `  ${from} -> ${to} [style=${style}, label=${quoted(label)}];`
}

const MOST_NAMED = 4

function some(rules: readonly string[]): string {
  const more = rules.length - MOST_NAMED
  return [...rules.slice(0, MOST_NAMED), ...(more > 0 ? [`and ${more} more`] : [])].join('\n')
}

function headOf(hook: Hook): string {
  return quoted(`${hook} begins`)
}

function nodeOf(hook: Hook, { plugin }: Pick<PluginTurn, 'plugin'>): string {
  return quoted(`${hook} ${plugin}`)
}

/** In DOT a backslash before a letter means something in labels, and a quotation mark ends the text. */
function quoted(text: string): string {
  const lines = text.split('\n').map((line) => visible(line).replaceAll('\\', '\\\\').replaceAll('"', '\\"'))
  return `"${lines.join('\\n')}"`
}
