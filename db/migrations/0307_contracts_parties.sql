-- Why: an outlet that has a share in another's contract (a city group in its counties') is told so by the API, but the second wall
-- showed it only its own. As their owner: what one shares in must not depend on what may be seen of it. Drafts stay their outlet's.
CREATE FUNCTION wall_shared_versions() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(array_agg(v.id), '{}') FROM contract_version v
   WHERE v.status = 'active' AND EXISTS (SELECT FROM contract_party p
     WHERE p.contract_version_id = v.id AND p.outlet_id = ANY (wall_outlets()))
$$;

CREATE FUNCTION wall_shared_contracts() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(array_agg(DISTINCT v.contract_id), '{}') FROM contract_version v WHERE v.id = ANY (wall_shared_versions())
$$;
