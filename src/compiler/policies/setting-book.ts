/** Settings of a whole site: which there are, who declares them, which type each has. A setting has one type everywhere. */
import type { Schema } from '../../core/schema.ts'
import type { Report } from '../../language/diagnostic.ts'
import { ANY_VALUE, type SettingDeclaration } from '../../language/files/policy-file.ts'

export class SettingBook {
  readonly #declared = new Map<string, SettingDeclaration>()
  #isDoubtful = false

  declare(settings: readonly SettingDeclaration[], report: Report): void {
    for (const setting of settings) {
      const first = this.#declared.get(setting.name)
      if (!first) this.#declared.set(setting.name, setting)
      else if (!agree(first, setting)) reportTwo(first, setting, report)
    }
  }

  /** Some of what declares settings cannot be read, which has been reported: what is not declared here may be there. */
  doubt(): void {
    this.#isDoubtful = true
  }

  get isDoubtful(): boolean {
    return this.#isDoubtful
  }

  get(name: string): SettingDeclaration | undefined {
    return this.#declared.get(name)
  }

  get names(): readonly string[] {
    return [...this.#declared.keys()]
  }

  /** What stands under `settings` of a policy. */
  schema(): Schema {
    return {
      type: 'object',
      properties: Object.fromEntries([...this.#declared].map(([name, { value }]) => [name, value])),
      ...(this.#isDoubtful && { additionalProperties: ANY_VALUE }),
    }
  }
}

/** The words about it may differ. */
function agree({ value: one }: SettingDeclaration, { value: other }: SettingDeclaration): boolean {
  const bare = ({ description: _, ...rest }: Schema): string => JSON.stringify(rest)
  return bare(one) === bare(other)
}

function reportTwo(first: SettingDeclaration, { name, at }: SettingDeclaration, report: Report): void {
  report.add({
    code: 'POL002',
    at,
    message: `setting \`${name}\` is declared differently elsewhere`,
    labels: [{ ...first.at, text: `a ${first.type} here` }],
    help: 'a policy has one value for it: let both say the same, or give this one another name',
  })
}
