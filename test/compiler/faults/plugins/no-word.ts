/** Brings a word that is none. */
export default { name: 'no-word', setup: () => ({ words: [{ name: 'member' }] }) }
