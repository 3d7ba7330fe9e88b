/**
 * What SARIF 2.1.0 requires of the properties that we write (§3.13 and on), and what GitHub's code scanning adds to it
 * ("SARIF support for code scanning"): every result has a rule and a place, the place is relative, its region has a line.
 */
const TEXT = {
  type: 'object',
  required: ['text'],
  properties: { text: { type: 'string', minLength: 1 } },
  additionalProperties: false,
}
const FROM_ONE = { type: 'integer', minimum: 1 }
const LEVEL = { enum: ['none', 'note', 'warning', 'error'] }

const ARTIFACT = {
  type: 'object',
  required: ['uri'],
  properties: {
    // RFC 3986: path-noscheme, nothing but unreserved characters and percent-encoded octets.
    uri: { type: 'string', pattern: "^(?:[\\w.~!'()*-]|%[0-9A-F]{2})+(?:/(?:[\\w.~!'()*-]|%[0-9A-F]{2})+)*$" },
  },
  additionalProperties: false,
}

const REGION = {
  type: 'object',
  required: ['startLine'],
  properties: { startLine: FROM_ONE, startColumn: FROM_ONE, endLine: FROM_ONE, endColumn: FROM_ONE },
  additionalProperties: false,
}

const PHYSICAL = {
  type: 'object',
  required: ['artifactLocation', 'region'],
  properties: { artifactLocation: ARTIFACT, region: REGION },
  additionalProperties: false,
}

const LOGICAL = {
  type: 'object',
  required: ['fullyQualifiedName'],
  properties: { fullyQualifiedName: { type: 'string', minLength: 1 }, kind: { type: 'string' } },
  additionalProperties: false,
}

const LOCATION = {
  type: 'object',
  required: ['physicalLocation'],
  properties: {
    id: { type: 'integer', minimum: 0 },
    physicalLocation: PHYSICAL,
    logicalLocations: { type: 'array', minItems: 1, items: LOGICAL },
    message: { type: 'object', required: ['text'], properties: { text: { type: 'string' } } },
  },
  additionalProperties: false,
}

const RULE = {
  type: 'object',
  required: ['id', 'shortDescription', 'fullDescription', 'help'],
  properties: {
    id: { type: 'string', minLength: 1, maxLength: 255 },
    shortDescription: { ...TEXT, properties: { text: { type: 'string', minLength: 1, maxLength: 1024 } } },
    fullDescription: { ...TEXT, properties: { text: { type: 'string', minLength: 1, maxLength: 1024 } } },
    help: TEXT,
    defaultConfiguration: {
      type: 'object',
      required: ['level'],
      properties: { level: LEVEL },
      additionalProperties: false,
    },
    properties: {
      type: 'object',
      properties: {
        tags: { type: 'array', items: { type: 'string' }, maxItems: 10, uniqueItems: true },
        precision: { enum: ['very-high', 'high', 'medium', 'low'] },
      },
    },
  },
  additionalProperties: false,
}

/** §3.55 to §3.57. */
const FIX = {
  type: 'object',
  required: ['artifactChanges'],
  properties: {
    description: TEXT,
    artifactChanges: {
      type: 'array',
      minItems: 1,
      uniqueItems: true,
      items: {
        type: 'object',
        required: ['artifactLocation', 'replacements'],
        properties: {
          artifactLocation: ARTIFACT,
          replacements: {
            type: 'array',
            minItems: 1,
            items: {
              type: 'object',
              required: ['deletedRegion'],
              properties: { deletedRegion: REGION, insertedContent: TEXT },
              additionalProperties: false,
            },
          },
        },
        additionalProperties: false,
      },
    },
  },
  additionalProperties: false,
}

/** §3.35. */
const SUPPRESSION = {
  type: 'object',
  required: ['kind'],
  properties: { kind: { enum: ['inSource', 'external'] }, justification: { type: 'string', minLength: 1 } },
  additionalProperties: false,
}

const RESULT = {
  type: 'object',
  required: ['ruleId', 'message', 'locations', 'partialFingerprints'],
  properties: {
    ruleId: { type: 'string', minLength: 1 },
    ruleIndex: { type: 'integer', minimum: 0 },
    level: LEVEL,
    message: TEXT,
    locations: { type: 'array', minItems: 1, maxItems: 1, items: LOCATION },
    relatedLocations: {
      type: 'array',
      minItems: 1,
      maxItems: 999,
      items: { ...LOCATION, required: ['physicalLocation', 'id'] },
    },
    fixes: { type: 'array', minItems: 1, items: FIX },
    suppressions: { type: 'array', minItems: 1, uniqueItems: true, items: SUPPRESSION },
    partialFingerprints: {
      type: 'object',
      required: ['posternRule/v1', 'primaryLocationLineHash'],
      additionalProperties: { type: 'string', minLength: 1 },
    },
  },
  additionalProperties: false,
}

const INVOCATION = {
  type: 'object',
  required: ['executionSuccessful'],
  properties: {
    executionSuccessful: { type: 'boolean' },
    exitCode: { type: 'integer' },
    toolExecutionNotifications: {
      type: 'array',
      items: {
        type: 'object',
        required: ['message'],
        properties: { level: LEVEL, message: TEXT },
        additionalProperties: false,
      },
    },
  },
  additionalProperties: false,
}

const DRIVER = {
  type: 'object',
  required: ['name', 'rules'],
  properties: {
    name: { type: 'string', minLength: 1 },
    semanticVersion: { type: 'string', pattern: '^\\d+\\.\\d+\\.\\d+' },
    rules: { type: 'array', items: RULE, maxItems: 25_000 },
  },
  additionalProperties: false,
}

const RUN = {
  type: 'object',
  required: ['tool', 'results'],
  properties: {
    tool: { type: 'object', required: ['driver'], properties: { driver: DRIVER }, additionalProperties: false },
    columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
    automationDetails: { type: 'object', required: ['id'], properties: { id: { type: 'string', pattern: '/$' } } },
    invocations: { type: 'array', items: INVOCATION, minItems: 1 },
    results: { type: 'array', items: RESULT, maxItems: 25_000 },
  },
  additionalProperties: false,
}

export const SARIF_SCHEMA = {
  type: 'object',
  required: ['$schema', 'version', 'runs'],
  properties: {
    $schema: { type: 'string', pattern: '^https://.*sarif.*2\\.1\\.0.*\\.json$' },
    version: { const: '2.1.0' },
    runs: { type: 'array', items: RUN, minItems: 1, maxItems: 20 },
  },
  additionalProperties: false,
}

/** As far as we read it. */
export interface Sarif {
  readonly runs: readonly [
    {
      readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } }
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
