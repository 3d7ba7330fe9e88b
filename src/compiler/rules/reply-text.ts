/** The text of a reply: as any other, but read by strangers. */
import type { ScalarNode } from '../../language/node.ts'
import { spanWithin } from '../../language/yaml/scalar-offsets.ts'
import { complain, type Scope } from './scope.ts'
import { compileText, type Text } from './text.ts'

export function compileReplyText(node: ScalarNode, scope: Scope): Text {
  const text = compileText(node, scope)
  warnOfPlaces(node, scope)
  return text
}

/** Not behind a dollar sign that stands for itself. */
const PLACE = /(?<=(?<!\$)(?:\$\$)*\$\{\s*)list\.at(?=\s*[|}])/

function warnOfPlaces(node: ScalarNode, scope: Scope): void {
  const found = PLACE.exec(String(node.value))
  if (!found || !scope.finds.has('list.at')) return
  complain(scope, {
    code: 'TPL504',
    severity: 'warning',
    at: spanWithin(node, found.index, found[0].length),
    message: '`list.at` tells clients where the list lies: a file of this server, or the URL of a source',
    label: 'every client can read it',
    help: 'write it to the log: `log: "${list.at}"`\nwhat clients may read is `${list.reason}` or `${list.entry}`',
  })
}
