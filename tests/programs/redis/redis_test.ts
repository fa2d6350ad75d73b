/** The Redis store against the contracts, on a real Redis. */

import { storeContract } from "../../store/contract.ts";
import { fleetContract } from "../../store/contract_fleet.ts";
import { ignore, redis, redisPlace } from "./redis.ts";

storeContract(redis, () => redisPlace(), { ignore });
fleetContract(redis, () => redisPlace(), { ignore });
