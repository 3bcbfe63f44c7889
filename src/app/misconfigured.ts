/** A page without React, for the moment when nothing else can run: it names what is missing and how to mend it. */
export function showProblems(root: HTMLElement, problems: readonly string[]): void {
  document.title = 'DataSync is not configured'
  const main = element('main', 'mx-auto max-w-xl px-6 py-16')
  const list = element('ul', 'mt-4 list-disc space-y-1 rounded-lg border border-line bg-panel py-3 pr-4 pl-8')
  for (const problem of problems) list.append(element('li', 'font-mono text-hint text-failure', problem))
  main.append(
    element('h1', 'text-title font-semibold tracking-tight', 'DataSync does not know its backend yet'),
    element('p', 'mt-1 text-ink-2', 'The page was built or served without these settings:'),
    list,
    element(
      'p',
      'mt-4 text-ink-2',
      'Run npm start: it brings a backend of its own and fills them in. For hosted or self-hosted Supabase, set both variables (see .env.example) and build again.',
    ),
  )
  root.replaceChildren(main)
}

function element(tag: string, className: string, text?: string): HTMLElement {
  const node = document.createElement(tag)
  node.className = className
  if (text !== undefined) node.textContent = text
  return node
}
