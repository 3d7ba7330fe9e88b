/** What may stand in a policy, and what a text that is none is told. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { defaultLimits, type Limits } from '../../src/core/limits.ts'
import type { ReadPolicy } from '../../src/core/policy.ts'
import { type PolicyRules, readPolicyText } from '../../src/compiler/policies/read-policy.ts'
import { SettingBook } from '../../src/compiler/policies/setting-book.ts'
import { Report } from '../../src/language/diagnostic.ts'
import { readSettings } from '../../src/language/files/policy-file.ts'
import { parseYaml } from '../../src/language/yaml/parse.ts'

const SETTINGS = `settings:
  reject_at: { type: number, minimum: 5, maximum: 20 }
  greylist: { type: boolean }
  language: { values: [de, en] }
`

function rules(limits: Partial<Limits> = {}): PolicyRules {
  const report = new Report()
  const root = parseYaml(SETTINGS, 'house.yaml', report)
  const settings = new SettingBook()
  settings.declare(readSettings(root?.kind === 'map' ? root : undefined), report)
  assert.equal(report.errors, 0)
  return { settings, skippable: ['dnsbl', 'greylist'], limits: { ...defaultLimits(), ...limits } }
}

function read(text: string, limits?: Partial<Limits>): ReadPolicy {
  return readPolicyText(text, 'ann.yaml', rules(limits))
}

function faults(text: string, limits?: Partial<Limits>): readonly string[] {
  const answer = read(text, limits)
  return answer.ok ? [] : answer.faults
}

describe('a policy', () => {
  it('has settings with their types, and names of plugins', () => {
    const answer = read('settings: { reject_at: 7.5, greylist: false, language: de }\nskip: [dnsbl]\n')
    assert.ok(answer.ok)
    assert.deepEqual(
      [...answer.policy.settings],
      [
        ['reject_at', 7.5],
        ['greylist', false],
        ['language', 'de'],
      ],
    )
    assert.deepEqual([...answer.policy.skip], ['dnsbl'])
  })

  for (const [what, text, code] of [
    ['a key that is none', 'relay_client: true\n', 'CFG101 at ann.yaml:1:1'],
    ['a setting that nobody declares', 'settings: { rejekt_at: 7 }\n', 'CFG101 at ann.yaml:1:13'],
    ['a value of the wrong type', 'settings: { reject_at: many }\n', 'CFG102 at ann.yaml:1:24'],
    ['a number out of its range', 'settings: { reject_at: 3 }\n', 'CFG105 at ann.yaml:1:24'],
    ['a text that is not allowed', 'settings: { language: fr }\n', 'CFG104 at ann.yaml:1:23'],
    ['a parameter', 'settings: { reject_at: "${reject_at}" }\n', 'CFG112 at ann.yaml:1:24'],
    ['a fact', 'settings: { language: "${sender}" }\n', 'CFG112 at ann.yaml:1:23'],
    ['a plugin that may not be skipped', 'skip: [relay]\n', 'CFG104 at ann.yaml:1:8'],
    ['a pattern', 'block: ["/^spam/"]\n', 'NET205 at ann.yaml:1:9'],
    ['a network with host bits', 'block: [192.0.2.7/8]\n', 'NET201 at ann.yaml:1:9'],
    ['an entry that is a map', 'allow: [{ a: b }]\n', 'YML709 at ann.yaml:1:9'],
    ['an alias', 'allow: &a [x.example]\nblock: *a\n', 'YML713 at ann.yaml:2:8'],
    ['nothing', '\n', 'YML714 at ann.yaml:1:1'],
    ['a list', '- a\n', 'CFG102 at ann.yaml:1:1'],
    ['__proto__', '__proto__: { skip: [dnsbl] }\n', 'CFG101 at ann.yaml:1:1'],
  ] as const)
    it(`is none with ${what}`, () => assert.ok(faults(text).includes(code), String(faults(text))))

  it('that is none is told by code and place, and not by what stands there', () =>
    assert.deepEqual(faults('root:x:0:0:root:/root:/bin/bash\n').join().replace(/\d/g, ''), 'CFG at ann.yaml::'))

  it('limit policy_entries: one more than that is none', () => {
    const text = 'allow: [a.example, 192.0.2.7]\nskip: [dnsbl]\n'
    assert.deepEqual(faults(text, { policy_entries: 3 }), [])
    assert.deepEqual(faults(text, { policy_entries: 2 }), ['POL005 at ann.yaml:2:8'])
  })

  it('is measured before it is read', () =>
    assert.deepEqual(faults('x'.repeat(2000), { policy_size: 1024 }), ['POL005 at ann.yaml:1:1']))
})
