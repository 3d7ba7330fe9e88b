/**
 * SARIF 2.1.0 as its readers take it: the schema of the standard (data/README.md), and what GitHub's code scanning asks for
 * besides ("SARIF support for code scanning"): a rule and one place for every result, a relative path, a line, no empty
 * text, and no more of anything than it takes.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'

const RULE_TEXT = { properties: { text: { minLength: 1, maxLength: 1024 } } }
const TEXT = { properties: { text: { minLength: 1 } } }

const PLACE = {
  required: ['physicalLocation'],
  properties: {
    physicalLocation: {
      required: ['artifactLocation', 'region'],
      properties: {
        artifactLocation: {
          required: ['uri'],
          properties: {
            // RFC 3986: path-noscheme, nothing but unreserved characters and percent-encoded octets.
            uri: { pattern: "^(?:[\\w.~!'()*-]|%[0-9A-F]{2})+(?:/(?:[\\w.~!'()*-]|%[0-9A-F]{2})+)*$" },
          },
        },
        region: { required: ['startLine'] },
      },
    },
  },
}

const RULE = {
  required: ['id', 'shortDescription', 'fullDescription', 'help', 'defaultConfiguration', 'properties'],
  properties: {
    id: { minLength: 1, maxLength: 255 },
    shortDescription: RULE_TEXT,
    fullDescription: RULE_TEXT,
    help: TEXT,
    properties: {
      required: ['tags', 'precision'],
      properties: {
        tags: { minItems: 1, maxItems: 10 },
        precision: { enum: ['very-high', 'high', 'medium', 'low'] },
        'problem.severity': { enum: ['error', 'warning', 'recommendation'] },
        'security-severity': { pattern: '^(?:10\\.0|[0-9]\\.[1-9]|[1-9]\\.0)$' },
      },
      oneOf: [{ required: ['problem.severity'] }, { required: ['security-severity'] }],
    },
  },
}

const RESULT = {
  required: ['ruleId', 'ruleIndex', 'level', 'message', 'locations', 'partialFingerprints'],
  properties: {
    message: TEXT,
    locations: { minItems: 1, maxItems: 1, items: PLACE },
    relatedLocations: { minItems: 1, maxItems: 999, items: PLACE },
    suppressions: { items: { required: ['justification'], properties: { justification: { minLength: 1 } } } },
    partialFingerprints: { required: ['primaryLocationLineHash'], additionalProperties: { minLength: 1 } },
  },
}

const GITHUB = {
  required: ['$schema'],
  properties: {
    runs: {
      minItems: 1,
      maxItems: 20,
      items: {
        required: ['results'],
        properties: {
          tool: {
            properties: { driver: { required: ['rules'], properties: { rules: { items: RULE, maxItems: 25_000 } } } },
          },
          automationDetails: { required: ['id'], properties: { id: { pattern: '/$' } } },
          results: { items: RESULT, maxItems: 25_000 },
        },
      },
    },
  },
}

const AJV = new Ajv2020({
  allErrors: true,
  strict: false,
  logger: false,
  formats: {
    uri: (text: string) => URL.canParse(text),
    'uri-reference': /^(?:[\w.~:/?#[\]@!$&'()*+,;=-]|%[\dA-Fa-f]{2})*$/,
    'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/,
    uuid: /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i,
  },
})
const STANDARD = JSON.parse(readFileSync(join(import.meta.dirname, 'data/sarif-2.1.0.json'), 'utf8')) as object
const VALIDATORS = [AJV.compile(STANDARD), AJV.compile(GITHUB)]

/** Throws where it is not one. */
export function validSarif(value: unknown): Sarif {
  for (const validate of VALIDATORS)
    assert.ok(validate(value), JSON.stringify(validate.errors?.slice(0, 5), undefined, 1))
  return value as Sarif
}

/** As far as we read it. */
export interface Sarif {
  readonly runs: readonly [
    {
      readonly tool: { readonly driver: { readonly rules: readonly SarifRule[] } }
      readonly invocations: readonly [
        {
          readonly executionSuccessful: boolean
          readonly exitCode: number
          readonly toolExecutionNotifications?: readonly { readonly message: { readonly text: string } }[]
        },
      ]
      readonly results: readonly SarifResult[]
    },
  ]
}

export interface SarifRule {
  readonly id: string
  readonly shortDescription: { readonly text: string }
  readonly fullDescription: { readonly text: string }
  readonly help: { readonly text: string; readonly markdown?: string }
  readonly helpUri?: string
  readonly properties: Readonly<Record<string, unknown>> & { readonly tags: readonly string[] }
}

export interface SarifResult {
  readonly ruleId: string
  readonly ruleIndex: number
  readonly level: string
  readonly message: { readonly text: string }
  readonly locations: readonly [
    { readonly physicalLocation: { readonly artifactLocation: { readonly uri: string }; readonly region: object } },
  ]
  readonly relatedLocations?: readonly { readonly id: number; readonly message: { readonly text: string } }[]
  readonly fixes?: readonly { readonly description: { readonly text: string } }[]
  readonly suppressions?: readonly { readonly kind: string; readonly justification: string }[]
  readonly partialFingerprints: Readonly<Record<string, string>>
}
