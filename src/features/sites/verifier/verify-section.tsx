import { diagnose, type Diagnosis } from '@core/diagnose'
import { parsePastedRequest } from '@core/pasted-request'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { revealSecret } from '@/features/sites/queries/secret'
import type { Site } from '@/features/sites/queries/sites'
import { DiagnosisView } from '@/features/sites/verifier/diagnosis-view'
import { capitalize } from '@/lib/format'
import { errorLine } from '@/lib/errors'
import { wasCancelled, withRecentSignIn } from '@/lib/reauthenticate'
import { useHasRole } from '@/lib/session'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { Checkbox } from '@/ui/checkbox'
import { Field } from '@/ui/field'
import { Input } from '@/ui/input'
import { Textarea } from '@/ui/textarea'
import { toast } from '@/ui/toaster'

const EXAMPLE = `POST /hooks/datasync HTTP/1.1
webhook-id: msg_…
webhook-timestamp: 1763765342
webhook-signature: v1,…
webhook-sequence: 12
x-dsign: v1=…

{"version":1,"site":{…},"items":[…]}`

/** Why a request verifies or does not. All of it happens in this page: neither the request nor the secret is sent anywhere. */
export function VerifySection({ site }: { site: Site }) {
  const isAdmin = useHasRole('admin')
  const [request, setRequest] = useState('')
  const [body, setBody] = useState('')
  const [secret, setSecret] = useState('')
  const [checksAge, setChecksAge] = useState(true)
  const [problem, setProblem] = useState<string | null>(null)
  const [diagnosis, setDiagnosis] = useState<Diagnosis | null>(null)

  const reveal = useMutation({
    mutationFn: () => withRecentSignIn(() => revealSecret(site.id)),
    onSuccess: ({ secret: text }) => setSecret(text),
    onError: (error) => {
      if (!wasCancelled(error)) toast.error(errorLine(error))
    },
  })
  const check = useMutation({
    mutationFn: async () => {
      const parsed = parsePastedRequest(request)
      if (!parsed.ok) {
        setProblem(`${capitalize(parsed.error.message)}.`)
        setDiagnosis(null)
        return
      }
      setProblem(null)
      setDiagnosis(await diagnose({ headers: parsed.value.headers, body: body === '' ? (parsed.value.body ?? '') : body, secrets: secret, nowMs: checksAge ? Date.now() : null }))
    },
    onError: (error) => toast.error(errorLine(error)),
  })

  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      <Card title="What arrived">
        <form
          noValidate
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault()
            check.mutate()
          }}
        >
          <Field label="Request" error={problem ?? undefined} hint="As raw HTTP, a curl command, or header lines. A run shows both for each attempt.">
            <Textarea mono rows={9} spellCheck={false} autoComplete="off" placeholder={EXAMPLE} value={request} onChange={(event) => setRequest(event.target.value)} className="break-all" />
          </Field>
          <Field label="Exact body" optional hint="Where the request above has only its headers. Byte for byte, as it arrived.">
            <Textarea mono rows={3} spellCheck={false} autoComplete="off" value={body} onChange={(event) => setBody(event.target.value)} className="break-all" />
          </Field>
          <Field label="Signing secret" hint="It stays in this page. Several are tried one after the other.">
            <Input mono type="password" autoComplete="off" spellCheck={false} placeholder="whsec_…" value={secret} onChange={(event) => setSecret(event.target.value)} />
          </Field>
          {isAdmin && (
            <div className="-mt-2 flex flex-wrap items-center gap-x-3 gap-y-1">
              <Button size="sm" busy={reveal.isPending} onClick={() => reveal.mutate()}>
                Use this site’s secret
              </Button>
              <span className="text-hint text-ink-3">Revealing it is recorded in the audit log.</span>
            </div>
          )}
          <Checkbox checked={checksAge} onCheckedChange={(on) => setChecksAge(on)} label="It has just arrived" hint="Without this its age is left out, as for a request from a log." />
          <div>
            <Button variant="primary" type="submit" busy={check.isPending}>
              Verify
            </Button>
          </div>
        </form>
      </Card>
      <DiagnosisView diagnosis={diagnosis} />
    </div>
  )
}
