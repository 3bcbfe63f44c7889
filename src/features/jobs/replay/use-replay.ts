import { useMutation } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useNavigate } from 'react-router-dom'
import { preloadJobPage } from '@/features/jobs/run-sync'
import { paths } from '@/lib/paths'

/** One act that starts a run, and then the page of that run. */
export function useReplay(act: () => Promise<string>) {
  const navigate = useNavigate()
  useEffect(preloadJobPage, [])
  return useMutation({
    mutationFn: act,
    onSuccess: (jobId) => navigate(paths.job.getHref(jobId)),
  })
}
