import { CopyButton } from '@/ui/copy-button'

/** A command to copy. */
export function CodeBlock({ label, text }: { label: string; text: string }) {
  return (
    <div className="flex min-w-0 items-start rounded-md border border-line bg-sunk font-mono text-xs leading-5">
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must be reachable by keyboard */}
      <pre role="region" aria-label={label} tabIndex={0} className="min-w-0 flex-1 overflow-x-auto p-3">
        {text}
      </pre>
      <CopyButton className="m-1.5 ml-0" label={`Copy "${label}"`} text={text} />
    </div>
  )
}
