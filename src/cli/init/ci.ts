/** What runs the checks of a new site: the files of three CI systems, and of pre-commit. */

interface Setting {
  /** Of Postern, as npm knows it. */
  readonly version: string
}

const STEPS = (version: string): readonly (readonly [name: string, command: string])[] => [
  ['Layout', `npx --yes postern@${version} fmt --check`],
  ['Check', `npx --yes postern@${version} check`],
  ['Test', `npx --yes postern@${version} test --coverage`],
]

/** GitHub's language, which Forgejo speaks too. */
function workflow(version: string, formats: Readonly<Record<string, string>>): string {
  const steps = STEPS(version).map(
    ([name, command]) => `      - name: ${name}\n        run: ${command}${formats[name] ?? ''}`,
  )
  return `name: postern
on: [push, pull_request]
permissions: { contents: read }
jobs:
  rules:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with: { node-version: "24" }
${steps.join('\n')}
`
}

function gitlab(version: string): string {
  const formats: Readonly<Record<string, string>> = {
    Check: ' -f pretty -f gitlab=gl-code-quality-report.json',
    Test: ' -f pretty -f junit=postern.xml',
  }
  const lines = STEPS(version).map(([name, command]) => `    - ${command}${formats[name] ?? ''}`)
  return `postern:
  image: node:24
  script:
${lines.join('\n')}
  artifacts:
    when: always
    reports: { codequality: gl-code-quality-report.json, junit: postern.xml }
`
}

function preCommit(version: string): string {
  const hooks = STEPS(version).map(
    ([name, command]) => `      - id: postern-${name.toLowerCase()}
        name: postern, ${name.toLowerCase()}
        language: system
        entry: ${command}
        pass_filenames: false
        files: (\\.ya?ml$|^lists/)`,
  )
  return `repos:\n  - repo: local\n    hooks:\n${hooks.join('\n')}\n`
}

type Files = Readonly<Record<string, string>>

/** Path and text, by the name of the system. */
export const CI_FILES: ReadonlyMap<string, (setting: Setting) => Files> = new Map(
  Object.entries<(setting: Setting) => Files>({
    github: ({ version }) => ({
      '.github/workflows/postern.yml': workflow(version, { Check: ' -f github', Test: ' -f github' }),
    }),
    gitlab: ({ version }) => ({ '.gitlab-ci.yml': gitlab(version) }),
    forgejo: ({ version }) => ({ '.forgejo/workflows/postern.yml': workflow(version, {}) }),
    'pre-commit': ({ version }) => ({ '.pre-commit-config.yaml': preCommit(version) }),
  }),
)
