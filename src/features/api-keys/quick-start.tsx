import { ArrowSquareOutIcon } from '@phosphor-icons/react/ArrowSquareOut'
import { useState } from 'react'
import { CodeBlock } from '@/features/api-keys/code-block'
import { curlExamples, type CurlExample } from '@/features/api-keys/curl-examples'
import { useExampleSite } from '@/features/api-keys/queries/example-site'
import { requireEnv } from '@/lib/env'
import { Card } from '@/ui/card'
import { SegmentedControl } from '@/ui/segmented-control'

/** The first calls, with this deployment's address and a site of this organization. */
export function QuickStart() {
  const base = new URL(`${requireEnv().supabaseUrl}/functions/v1/api`, window.location.href).href
  const { data: site } = useExampleSite()
  const examples = curlExamples(base, site ?? '<site>')
  const [chosen, setChosen] = useState<CurlExample['value']>('pull')
  const example = examples.find(({ value }) => value === chosen)
  return (
    <Card
      title="Quick start"
      actions={
        <a href={`${base}/openapi.json`} target="_blank" rel="noreferrer" className="inline-flex items-center gap-1.5 text-hint font-semibold text-accent-ink underline-offset-2 hover:underline">
          OpenAPI document
          <ArrowSquareOutIcon aria-hidden />
          <span className="sr-only"> (opens in a new tab)</span>
        </a>
      }
    >
      <div className="flex flex-col gap-3">
        <SegmentedControl aria-label="Example" className="max-w-full flex-wrap" value={chosen} onValueChange={setChosen} segments={examples} />
        {example !== undefined && (
          <>
            <p className="text-hint text-ink-2">
              {example.says} Scope <code className="font-mono">{example.scope}</code>.
            </p>
            <CodeBlock label={example.label} text={example.text} />
          </>
        )}
        <p className="text-hint text-ink-3">
          Put the key where your build keeps its secrets, as <code className="font-mono">DATASYNC_API_KEY</code>. Each key may send 60 requests a minute; the header{' '}
          <code className="font-mono">RateLimit</code> says what is left.
        </p>
      </div>
    </Card>
  )
}
