import { useEffect, useState, type ComponentType } from 'react'
import { useIdentityRequest, type IdentityRequest } from '@/lib/identity-request'

type View = ComponentType<{ request: IdentityRequest }>

/** Once, near the root. The dialog itself comes with the first act that asks for it. */
export function IdentityDialog() {
  const request = useIdentityRequest((state) => state.request)
  const [view, setView] = useState<{ View: View } | null>(null)
  useEffect(() => {
    if (request === null || view !== null) return
    void import('@/app/confirm-identity').then(({ ConfirmIdentity }) => setView({ View: ConfirmIdentity }), request.failed)
  }, [request, view])
  return request === null || view === null ? null : <view.View request={request} />
}
