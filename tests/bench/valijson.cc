/* tests/bench/valijson.cc: the same form and answer by a known validator (Debian's libvalijson-dev on nlohmann-json3-dev),
 * read and compiled once, as a measure beside ours. run.sh builds it when g++ and both are there.
 *
 *   valijson SCHEMA DATA    the median of many validations, in microseconds */
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <vector>

#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    const auto document = nlohmann::json::parse(std::ifstream(argv[1]));
    const auto data = nlohmann::json::parse(std::ifstream(argv[2]));
    valijson::Schema schema;
    valijson::SchemaParser parser;
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(document), schema);
    const valijson::adapters::NlohmannJsonAdapter value(data);
    valijson::Validator validator;
    std::vector<double> times;
    for (int i = 0; i < 201; i++) {
        const auto began = std::chrono::steady_clock::now();
        if (!validator.validate(schema, value, nullptr))
            return 1;
        times.push_back(
            std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - began).count());
    }
    std::sort(times.begin(), times.end());
    std::printf("%.1f\n", times[times.size() / 2]);
}
