/** A delivery target as a site would get it: options checked against their schema, defaults filled in. */
import assert from 'node:assert/strict'
import type { DeliveryJob, DeliveryOutcome, DeliveryTarget } from '../../src/core/delivery.ts'
import type { DeliveryWord } from '../../src/core/word.ts'
import { Report } from '../../src/language/diagnostic.ts'
import { checkSchema, toOptions } from '../../src/language/schema/check.ts'
import { parseYaml } from '../../src/language/yaml/parse.ts'

export function deliveryTarget(word: DeliveryWord, options: object): DeliveryTarget {
  const report = new Report()
  const node = parseYaml(JSON.stringify(options), 'options', report)
  if (node === undefined || !checkSchema(node, word.options, report, { what: word.name }))
    throw new Error(
      report
        .sorted()
        .map(({ message }) => message)
        .join('; '),
    )
  return word.compile(toOptions(node, word.options))
}

/** The answer for all recipients; a target that answers for each must do so for every one. */
export async function answer(target: DeliveryTarget, job: DeliveryJob): Promise<DeliveryOutcome> {
  const { perRecipient, ...forAll } = await target.deliver(job)
  if (perRecipient !== undefined) assert.equal(perRecipient.length, job.recipients.length)
  return forAll
}
