import type { Plugin } from 'vite'

/**
 * The page's policy lets styles come from its own files alone. Three libraries would write `<style>` elements into it all the
 * same, which is what 'unsafe-inline' would have to be given for; here they hand the same text over as a constructed style
 * sheet, which a policy has no objection to. Positions and motion set single properties from scripts and need nothing.
 * A version whose code reads otherwise fails the build, so that nothing is lost in silence.
 */
export function strictStyles(): Plugin {
  return {
    name: 'datasync:strict-styles',
    apply: 'build',
    enforce: 'pre',
    transform(code, id) {
      const path = id.split('?', 1)[0] ?? id
      const change = changes.find(({ file }) => file.test(path))
      if (!change) return null
      if (!change.from.test(code)) this.error(`${path} no longer writes its styles as vite.strict-styles.ts expects it.`)
      return { code: code.replace(change.from, change.to), map: null }
    },
  }
}

interface Change {
  file: RegExp
  from: RegExp
  to: (...matched: string[]) => string
}

const changes: Change[] = [
  {
    // Dialogs and menus: the page behind them does not scroll.
    file: /\/react-style-singleton\/dist\/es2015\/singleton\.js$/,
    from: /^import \{ getNonce \}[\s\S]*$/,
    to: () => `export const stylesheetSingleton = () => {
  let users = 0
  let sheet
  return {
    add(css) {
      if (users++ > 0) return
      sheet = new CSSStyleSheet()
      sheet.replaceSync(css)
      document.adoptedStyleSheets.push(sheet)
    },
    remove() {
      if (--users > 0) return
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((adopted) => adopted !== sheet)
      sheet = undefined
    },
  }
}
`,
  },
  {
    // Toasts.
    file: /\/sonner\/dist\/index\.mjs$/,
    from: /^function __insertCSS\(code\) \{\n[\s\S]*?\n\}\n/m,
    to: () => `function __insertCSS(code) {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(code)
  document.adoptedStyleSheets.push(sheet)
}
`,
  },
  {
    // Lists of choices: no scroll bar of their own.
    file: /\/@radix-ui\/react-select\/dist\/index\.mjs$/,
    from: /\/\* @__PURE__ \*\/ jsx\(\s*"style",\s*\{\s*dangerouslySetInnerHTML: \{\s*__html: `([^`]*)`\s*\},\s*nonce\s*\}\s*\),([\s\S]*)$/,
    to: (_all, css = '', rest = '') => `null,${rest}
const viewportSheet = new CSSStyleSheet()
viewportSheet.replaceSync(${JSON.stringify(css)})
document.adoptedStyleSheets.push(viewportSheet)
`,
  },
]
