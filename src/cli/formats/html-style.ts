/** How the page looks, by day and by night. */
export const STYLE = `
:root { color-scheme: light dark; --error: #c62828; --warning: #a06000; --info: #1565c0; --dim: #777; --line: #8884; --good: #2e7d32 }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.4rem } h2 { font-size: 1.2rem; margin-top: 2rem } h3 { font-size: 1rem; margin: 0 }
pre, code { font: 13px/1.45 ui-monospace, monospace } pre { overflow-x: auto; margin: .5rem 0 }
article { border-left: 4px solid var(--line); margin: 1rem 0; padding: .2rem 0 .2rem 1rem }
article p { margin: .2rem 0 } article.error { border-color: var(--error) } article.warning { border-color: var(--warning) }
article.info { border-color: var(--info) }
.error h3, p.error, .failed, .mark, .wanted { color: var(--error) } .warning h3 { color: var(--warning) }
.info h3, .label { color: var(--info) } .passed, .got { color: var(--good) }
.place, .number, .same, footer { color: var(--dim) } .failure { color: CanvasText } .reason { font-style: italic }
.reached { background: #2e7d3222 } .partly { background: #f9a82544 } .missed { background: #c6282833 }
td, th { text-align: left; padding: .1rem .8rem .1rem 0; vertical-align: top; overflow-wrap: anywhere } ul { list-style: none; padding-left: 1rem }
summary { cursor: pointer } footer { margin-top: 3rem }
`
