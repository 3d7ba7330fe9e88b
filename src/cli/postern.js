#!/usr/bin/env node
/**
 * The executable: refuses a Node that cannot run Postern, hands everything else to main.
 *
 * Plain JavaScript in words that Node 12 can parse, so an old Node prints a sentence and not a syntax error. In a
 * checkout it loads main.ts; the build copies this file and turns such names into main.js.
 * Exits 3 (could not run) when Node is too old or main fails in a way it does not handle itself.
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Postern needs Node 22.18 or newer and was started by Node ${process.versions.node}; ` +
      '`npm ci` in a checkout, or `npm install node@24` beside an installed Postern, brings a current one for `npx postern`.',
  )
  process.exitCode = 3
} else {
  // Only the exit code is set: ending the process here would cut off what is still being written to a pipe. A plugin that
  // never ends loading would hold it open, though.
  import('./cache-directory.js')
    .then((cache) => cache.keepCompiledCode())
    .then(() => import('./main.ts'))
    .then((main) =>
      main.run(process.argv.slice(2)).then((code) => {
        process.exitCode = code
        if (main.isHeldOpen && main.isHeldOpen()) process.stdout.write('', () => process.exit())
      }),
    )
    .catch((error) => {
      console.error(error)
      process.exitCode = 3
    })
}
