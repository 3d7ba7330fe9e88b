/** Hooks something that is no hook. */
export default { name: 'unknown-hook', hooks: { recipient: () => undefined } }
