/** Exports nothing that is a plugin. */
export const plugin = { name: 'no-default' }
