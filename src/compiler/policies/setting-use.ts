/** `policy.KEY` in conditions, texts and operands: what the policy of the recipient in question says. */
import type { HookContext } from '../../core/context.ts'
import { isKnownAt } from '../../core/hook.ts'
import type { SettingType, SettingValue } from '../../core/policy.ts'
import type { Span } from '../../language/diagnostic.ts'
import { didYouMeanAt } from '../../language/fix.ts'
import { complain, type Scope } from '../rules/scope.ts'

const PREFIX = 'policy.'

export interface SettingUse {
  readonly type: SettingType
  readonly read: (context: HookContext) => SettingValue | undefined
}

/** The setting that a name in a rule is about; undefined for other names. */
export function settingIn(name: string): string | undefined {
  return name.startsWith(PREFIX) ? name.slice(PREFIX.length) : undefined
}

/** Undefined when there is none or it is not known yet; that has been reported then. */
export function useSetting(name: string, at: Span, scope: Scope): SettingUse | undefined {
  const declared = findSetting(name, at, scope)
  if (!declared) return undefined
  if (!isKnownAt('recipient', scope.hook)) {
    complain(scope, {
      code: 'HOK402',
      at,
      message: `\`${PREFIX}${name}\` is not known yet in hook \`${scope.hook}\``,
      label: 'available from hook `rcpt` on',
      help: 'move the rule to the `rcpt` chain, or let it refuse there: `reply_at: rcpt`',
    })
    return undefined
  }
  scope.split.read(scope, at, { name: `${PREFIX}${name}`, read: ({ policy }) => policy?.settings.get(name) })
  return { type: declared, read: ({ recipient }) => recipient?.policy?.settings.get(name) }
}

/** Its type. */
export function findSetting(name: string, at: Span, scope: Scope): SettingType | undefined {
  const declared = scope.settings.get(name)
  if (declared || scope.settings.isDoubtful) return declared?.type
  complain(scope, {
    code: 'POL001',
    at,
    message: `no plugin and no site declares a setting \`${name}\``,
    ...didYouMeanAt(at, name, scope.settings.names, PREFIX),
    help: `declare it in the plugin: \`settings: { ${name}: { type: number, summary: … } }\``,
  })
  return undefined
}

const OPERAND = /^\$\{\s*policy\.([^\s}|]+)\s*\}$/

/** `"${policy.reject_at}"` where a number is wanted. */
export function settingOperand(text: unknown): string | undefined {
  return typeof text === 'string' ? OPERAND.exec(text)?.[1] : undefined
}
